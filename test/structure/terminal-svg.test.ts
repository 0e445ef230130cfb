import { describe, expect, it } from "vitest";
import { terminalSvg } from "../../tools/terminal-svg.mjs";

/** The texts of a picture with where they stand, in cells, and how they look. */
function textsOf(svg: string): readonly string[] {
  return [
    ...svg.matchAll(
      /<text x="([\d.]+)" y="(\d+)" textLength="([\d.]+)"[^>]*? fill="(#\w+)"([^>]*)>([^<]*)</g,
    ),
  ].map(([, x, y, length, colour, more, text]) => {
    const column = Math.round((Number(x) - 16) / 8.4);
    const row = (Number(y) - 30) / 19;
    const cells = Math.round(Number(length) / 8.4);
    return `${row}:${column}+${cells} ${colour ?? ""}${more ?? ""} ${text ?? ""}`;
  });
}

describe("the picture of a terminal", () => {
  it("puts each run in its cells, with its colour", () => {
    const svg = terminalSvg(
      "\u001b[31m\u001b[1merror\u001b[22m\u001b[39m: a < b\n    \u001b[34m^^^\u001b[0m  \u001b[2mhere\u001b[0m\n",
      "t",
    );
    expect(textsOf(svg)).toEqual([
      `0:0+5 #ff7b72 font-weight="bold" error`,
      "0:5+7 #e6edf3 : a &lt; b",
      "1:4+3 #79c0ff ^^^",
      `1:9+4 #e6edf3 opacity="0.65" here`,
    ]);
  });

  it("keeps what stands apart in its column", () => {
    expect(textsOf(terminalSvg("a b     c", "t"))).toEqual(["0:0+3 #e6edf3 a b", "0:8+1 #e6edf3 c"]);
  });

  it("keeps a colour over the end of a line, and counts a character outside the basic plane once", () => {
    expect(textsOf(terminalSvg("\u001b[32m𝑥\ny", "t"))).toEqual(["0:0+1 #7ee787 𝑥", "1:0+1 #7ee787 y"]);
  });

  it("says what it shows", () => {
    expect(terminalSvg("x", "a & b")).toContain("<title>a &amp; b</title>");
  });

  it("refuses what it cannot draw", () => {
    expect(() => terminalSvg("\u001b[48mx", "t")).toThrow("SGR code 48");
  });
});
