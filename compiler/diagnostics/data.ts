import type { CodeTable } from "./code.ts";

/** DLC6xxx: data and weights. A number is never given to another meaning. */
export const dataCodes = {
  DLC6001: {
    severity: "error",
    title: "a weights file that is torn or contradicts itself",
    explanation: `
Weights are read from safetensors files: eight bytes with the length of the header, the header in JSON, then the
numbers. The file is refused whole where its header is cut off or no JSON, where a tensor ends behind the end of
the file, where the bytes of a tensor don't agree with its shape and dtype, and where two tensors share bytes.

Most often such a file was cut off while it was copied: compare its size with the original's. A file of another
kind (\`.pt\`, \`.npz\`, \`.h5\`) has to be saved as safetensors first.
`,
  },
  DLC6002: {
    severity: "error",
    title: "the weights lack a parameter",
    explanation: `
Each parameter of the model is looked for in the weights file under its path: the labels from the model down and
the parameter's own name, joined by dots. \`conv1: Conv2d(6, kernel: 5)\` owns \`conv1.weight\` and \`conv1.bias\`.

The message lists what is missing, with the tensor of the file that is most like it. Where all names of the file
begin with the same extra part (\`model.\`, \`module.\`), they were saved from a wrapper: rename them when saving, or
give the model the label.
`,
  },
  DLC6003: {
    severity: "error",
    title: "a parameter has another dtype in the weights",
    explanation: `
Parameters are taken as they are declared: nothing is rounded or widened in silence. Convert the tensor when saving
(\`tensor.float()\` in PyTorch gives f32), or declare the parameter with the dtype that the file has.
`,
  },
  DLC6004: {
    severity: "warning",
    title: "the weights have tensors that the model does not take",
    explanation: `
A parameter exists only where an output of the model depends on it, so a file may hold more than is needed: the
statistics that only training reads, a head that was cut off. What is not needed is left out of the module. A name
that is nearly that of a parameter is more likely a slip; the message says which parameter it resembles.
`,
  },
  DLC6005: {
    severity: "warning",
    title: "weights that are not finite",
    explanation: `
A parameter holds NaN or an infinity. One such number spreads through everything that is computed from it, and
most often through the whole result. The usual cause is a training run that diverged: go back to an earlier
checkpoint, and lower the learning rate or clip the gradients.
`,
  },
} satisfies CodeTable<6>;
