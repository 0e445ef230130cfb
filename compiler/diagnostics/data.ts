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
  DLC6101: {
    severity: "error",
    title: "a source of data that isn't there",
    explanation: `
The files of a \`data\` declaration are looked for in the folder of data: that of the source file, or the one given with
\`--data\`. The message has the path as it was put together; \`{split}\` and the like are filled in by then. Of a folder of
images, the classes that \`classes\` lists must each have a folder.
`,
  },
  DLC6102: {
    severity: "error",
    title: "a source of data without rows",
    explanation: `
The file is empty, has a header and nothing behind it, or is an array one of whose sizes is 0; or the folder of a class
holds no image. A model can't learn a class that it never sees: remove the folder, or fill it. Images are files whose names
end in \`.png\`, \`.jpg\` or \`.jpeg\`; names that begin with a dot are passed over.
`,
  },
  DLC6103: {
    severity: "error",
    title: "a torn file of data",
    explanation: `
The file has fewer or more bytes than its own header says, a packed one can't be unpacked to its end, an image can't be
decoded, or the file changed while it was read. Most often it was cut off while it was copied or downloaded: compare its
size with the original's.
`,
  },
  DLC6104: {
    severity: "error",
    title: "a file of data in another format",
    explanation: `
\`idx\` reads the format of MNIST, \`npy\` NumPy's \`.npy\` and \`.npz\`, \`csv\` tables of text, \`json\` lists of numbers,
\`characters\` and \`words\` texts in UTF-8, \`images\` folders of PNG and JPEG. IDX, NPY, CSV, JSON and texts may be packed
with gzip. What the file is goes by its first bytes, not by its name.
`,
  },
  DLC6105: {
    severity: "error",
    title: "rows of different lengths",
    explanation: `
Each line of a table has as many fields as its first. A line with more or fewer mostly has a separator inside a text that
isn't quoted, or another separator altogether: \`separator: ";"\`. A field with a separator, a line break or a quote in it
stands between quotes, and a quote inside is written twice: \`"5"" wide, grey"\` (RFC 4180). Lists in JSON are nested alike,
row by row.
`,
  },
  DLC6106: {
    severity: "error",
    title: "no number where data should have one",
    explanation: `
The message names the line and the column. A column of names becomes numbers with \`classes: true\` (in sorted order) or with
the list of its classes; fields without a value (empty, \`?\`, \`NA\`, \`nan\`, \`null\`) are filled with \`missing: 0\`, or any
other number, or \`missing: "nan"\`. Nothing is left out in silence: the rows of one source belong to those of another.
`,
  },
  DLC6107: {
    severity: "error",
    title: "a number of the data is out of range",
    explanation: `
A source that is declared \`u8[M] in 0..10\` promises that each of its numbers is at least 0 and below 10: the promise that
lets the model read a table at that place without looking. The message names the first row that breaks it. Labels that
count from 1 are shifted in the declaration: \`class: u8[M] in 1..11\` and \`label = i32(class) - 1\`. The code also stands for a
class that a list of classes lacks, and for integers that the declared dtype doesn't hold.
`,
  },
  DLC6108: {
    severity: "error",
    title: "images of different sizes",
    explanation: `
A folder of images is one tensor, so that all images have one width and height. The message names the first that differs.
Cut or scale them beforehand: how it is done changes what a model learns, and so isn't decided here.
`,
  },
  DLC6109: {
    severity: "error",
    title: "data of another type than declared",
    explanation: `
The dtype, the number of axes and the sizes that are numbers must be as declared, and a name stands for one size in all
sources of a declaration: as many labels as images. Nothing is converted in silence: declare the source as the file has it,
and convert in the block, \`real(pixels[m, i, j]) / 255\`. Integers of 16, 32 and 64 bits are read as i32, floats of every
width as f32.
`,
  },
  DLC6110: {
    severity: "error",
    title: "an argument that doesn't fit its source",
    explanation: `
A reader takes the path first and the rest by name. The message says which names there are, or which columns, arrays or
values the file has. For all readers, \`part: "train"\` and \`part: "test"\` take a part of the rows: \`every: 5\` puts each fifth
into the test part, \`share: 0.2, seed: 7\` draws a fifth of them.

Whether the first line of a table is a header is guessed only where it is plain: a first line with a number in it needs
\`header: true\` or \`header: false\`, or \`skip: 1\` where it is neither names nor data.
`,
  },
  DLC6111: {
    severity: "error",
    title: "data larger than its memory",
    explanation: `
A source that fits its budget of memory is held there; a larger one is read row by row. That isn't possible where the form
of the file forbids it (packed with gzip, a \`.npz\` archive, NumPy's Fortran order, JSON), and where the declaration reads
the source as a whole, in a mean over all rows, say. Unpack the file, save it in another form, or give the source more
memory.
`,
  },
  DLC6112: {
    severity: "error",
    title: "a symbol that has no number",
    explanation: `
\`characters\` and \`words\` give each symbol a number. With a list (\`alphabet: "abc "\`) or the symbols of another file
(\`from: "train.txt"\`) the text may have one that isn't among them: \`unknown\` names the one of the list that stands for all
others. Where only a count is given (\`keep: 20000\`), the last number is theirs.
`,
  },
  DLC6113: {
    severity: "error",
    title: "data that can't be read",
    explanation: `
The system refused to read the file, and the message ends with its words: a permission that is missing, a folder where a
file is meant, a disk or a network that fails.
`,
  },
  DLC6114: {
    severity: "error",
    title: "an input of a data declaration without a file",
    explanation: `
A \`data\` declaration is a function from whole files to examples. Each of its inputs says which file it is, by a reader:
\`idx\`, \`csv\`, \`npy\`, \`json\`, \`words\`, \`characters\` or \`images\`, with the path in the folder of data first.

\`\`\`dl
data Points()(x: f32[R, 2]) -> (x: f32[R, 2]) {}

model Line(x: f32[N, 2]) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * (x[n, 0] + x[n, 1])
}

train Line on Points {
  loss   = mean(y)
  model' = model - 0.1 * grad(loss, model)
  batch  = 8
}
\`\`\`

\`\`\`dl
data Points()(x: f32[R, 2] = csv("points.csv")) -> (x: f32[R, 2]) {}
\`\`\`
`,
  },
} satisfies CodeTable<6>;
