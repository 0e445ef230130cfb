import { describe, expect, test } from "vitest";
import { expectCodes } from "./check-source.ts";

// What texts on deep learning print and what can't work. LeNet on the wrong image and AlexNet's last pool, with their
// chains of sizes, are in check-models.test.ts.

describe("a first hidden state without the axis of levels", () => {
  test("is told with both shapes", () => {
    const [message] = expectCodes(
      `import std.nn { Linear }
import std.rnn { Rnn }
model Classifier(hidden: dim = 8)(x: f32[N, T, 4], h0: f32[hidden, N]) -> (logits: f32[N, 3]) {
  y, h = rnn(x, h0)
  rnn = Rnn(hidden)
  logits = y[:, T - 1, :] |> fc: Linear(3)
}`,
      ["DLC3002"],
    );
    expect(message).toContain("rnn takes real[S, N, hidden], with 3 axes, but its input has 2");
    expect(message).toContain("this is f32[8, N]");
  });
});

describe("word vectors", () => {
  const data = `data Pairs(word: i32[M] in 0..9 = words("t.txt", keep: 9)) -> (center: i32[M] in 0..9) { center = word }`;
  const model = (vector: string): string => `import std.optim { Adam }
import std.random { normal }
model Words(width: dim = 3)(center: i32[N] in 0..9) -> (vector: f32[N, width]) {
  vector[n, d] = ${vector}
}
${data}
train Words on Pairs {
  loss      = mean[n, d] vector[n, d]^2
  optimizer = Adam()
  batch = 4  epochs = 1
}`;

  test("that are drawn, and that nothing trains", () => {
    const [message] = expectCodes(model("normal()"), ["DLC4002"], { train: true });
    expect(message).toContain("the loss depends on no parameter, so that nothing would be learned");
  });
  test("of a table that nobody declared", () => {
    const [message] = expectCodes(model("embeddings[center[n], d]"), ["DLC2001"], { train: true });
    expect(message).toContain("there is no `embeddings` here");
  });
});
