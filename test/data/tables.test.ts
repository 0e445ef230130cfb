import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectFault, open, rowsOf, wholeOf } from "./sources.ts";

const iris = `length,width,species
5.1,3.5,setosa
7.0,3.2,versicolor
6.3,3.3,virginica
4.9,3.0,setosa
`;

describe("CSV", () => {
  it("gives columns by name, by number, or all but some", async () => {
    const files = { "iris.csv": iris };
    const both = await open(files, "csv", "iris.csv", { columns: ["width", "length"] });
    expect([both.dtype, both.shape, both.meta.columns]).toEqual(["f32", [4, 2], ["width", "length"]]);
    expect(await rowsOf(both, [3, 0])).toEqual([3, 4.9, 3.5, 5.1].map(Math.fround));
    const rest = await open(files, "csv", "iris.csv", { except: "species" });
    expect([rest.shape, rest.meta.columns]).toEqual([
      [4, 2],
      ["length", "width"],
    ]);
    const one = await open(files, "csv", "iris.csv", { column: 1 });
    expect([one.shape, await wholeOf(one)]).toEqual([[4], [3.5, 3.2, 3.3, 3].map(Math.fround)]);
  });

  it("numbers classes by their sorted texts, or as they are listed", async () => {
    const files = { "iris.csv": iris };
    const sorted = await open(files, "csv", "iris.csv", { column: "species", classes: true });
    expect([sorted.dtype, sorted.meta.names]).toEqual(["i32", ["setosa", "versicolor", "virginica"]]);
    expect(await wholeOf(sorted)).toEqual([0, 1, 2, 0]);
    const classes = ["virginica", "setosa", "versicolor"];
    const type = { dtype: "u8", shape: ["M"], range: [0, 3] } as const;
    const listed = await open(files, "csv", "iris.csv", { column: "species", classes }, { type });
    expect([listed.dtype, await wholeOf(listed)]).toEqual(["u8", [1, 2, 0, 1]]);
  });

  it("takes the first line for data where it is told so, and asks where it looks like data", async () => {
    const files = { "bare.csv": "1,2\n3,4\n", "years.csv": "1990,1991\n1,2\n" };
    expect(await wholeOf(open(files, "csv", "bare.csv", { header: false }))).toEqual([1, 2, 3, 4]);
    const years = open(files, "csv", "years.csv", { header: true, column: "1991" });
    expect(await wholeOf(years)).toEqual([2]);
    await expectFault(open(files, "csv", "bare.csv"), {
      code: "DLC6110",
      file: "bare.csv",
      line: 1,
      says: /has the number 1: say header: false where it is data/,
    });
  });

  it("passes over lines that are neither names nor data", async () => {
    // As scikit-learn keeps its wines, and some statistics offices their tables.
    const files = { "wine.csv": '3,2,"a,b\n1,2,0\n3,4,1\n5,x,2\n', "t.csv": "Table 7\n\na,b\n1,2\n" };
    const given = { skip: 1, header: false, column: 2 };
    for (const budget of [2 ** 20, 0]) {
      const source = await open(files, "csv", "wine.csv", given, { budget });
      expect(await rowsOf(source, [0, 1, 2])).toEqual([0, 1, 2]);
    }
    await expectFault(open(files, "csv", "wine.csv", { ...given, column: 1 }), {
      code: "DLC6106",
      file: "wine.csv",
      line: 4,
      says: /"x" is no number/,
    });
    expect((await open(files, "csv", "t.csv", { skip: 2 })).meta.columns).toEqual(["a", "b"]);
  });

  it("fills what is missing where it is told with what", async () => {
    const files = { "m.csv": "a,b\n1,\n?,4\nNA,nan\n" };
    expect(await wholeOf(open(files, "csv", "m.csv", { missing: 0 }))).toEqual([1, 0, 0, 4, 0, 0]);
    expect(await wholeOf(open(files, "csv", "m.csv", { missing: "nan" }))).toEqual([
      1,
      NaN,
      NaN,
      4,
      NaN,
      NaN,
    ]);
  });

  it("reads quoted fields, other separators, blank lines, Windows' line ends and a byte order mark", async () => {
    const files = {
      "q.csv": '\ufeffname,x\r\n"Smith, ""J""",1\r\n\r\n"two\r\nlines",2\r\n',
      "t.tsv": "a\tb\n1\t2\n",
      "s.csv": "a;b\n1;2",
      "i.csv": 'size,x\n5" wide,1\n6,2\n',
      "n.csv": "x\n1e3\n-.5\n+2.\ninf\n-Infinity\n",
    };
    const names = await open(files, "csv", "q.csv", { column: "name", classes: true });
    expect(names.meta.names).toEqual(['Smith, "J"', "two\nlines"]);
    expect(await wholeOf(open(files, "csv", "q.csv", { column: "x" }))).toEqual([1, 2]);
    const inches = await open(files, "csv", "i.csv", { column: "size", classes: true });
    expect(inches.meta.names).toEqual(['5" wide', "6"]);
    expect(await wholeOf(open(files, "csv", "t.tsv"))).toEqual([1, 2]);
    expect(await wholeOf(open(files, "csv", "s.csv", { separator: ";" }))).toEqual([1, 2]);
    expect(await wholeOf(open(files, "csv", "n.csv"))).toEqual([1000, -0.5, 2, Infinity, -Infinity]);
  });

  it("gives integers where the source is declared so", async () => {
    const files = { "n.csv": "x\n3\n-1\n" };
    const type = { dtype: "i32", shape: ["M"] } as const;
    const source = await open(files, "csv", "n.csv", {}, { type });
    expect([source.dtype, source.shape, await wholeOf(source)]).toEqual(["i32", [2], [3, -1]]);
  });

  const field = fc.oneof(
    fc.string({ unit: fc.constantFrom("a", "b", ",", '"', "\n", " ", "é", "5") }),
    fc.constantFrom("plain", 'he said "no"', "a,b", "x\ny"),
  );
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

  it("gives back every table that was written, in memory and in blocks", async () => {
    const table = fc.array(fc.tuple(field, fc.integer()), { minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), fc.boolean(), async (rows, windows, alwaysQuote) => {
        const write = (text: string): string => (alwaysQuote || /[",\n]/.test(text) ? quoted(text) : text);
        // A class has no blanks around it and isn't empty.
        const named = rows.map(([text, number]) => [`<${text}>`, number] as const);
        const end = windows ? "\r\n" : "\n";
        const lines = [
          ["name", "number"].join(","),
          ...named.map(([text, number]) => `${write(text)},${number}`),
        ];
        const files = { "t.csv": lines.join(end) };
        const backwards = named.map((_, row) => named.length - 1 - row);
        const type = { dtype: "i32", shape: ["M"] } as const;
        for (const budget of [2 ** 20, 0]) {
          const numbers = await open(files, "csv", "t.csv", { column: "number" }, { type, budget });
          expect(await rowsOf(numbers, backwards)).toEqual(named.map(([, number]) => number).reverse());
          const names = await open(files, "csv", "t.csv", { column: "name", classes: true }, { budget });
          const found = (await rowsOf(names, backwards)).map((number) => names.meta.names?.[number]);
          expect(found).toEqual(named.map(([text]) => text).reverse());
        }
      }),
      { numRuns: 40 },
    );
  });

  it("is read in blocks where it is larger than the budget", async () => {
    const rows = Array.from({ length: 3000 }, (_, row) => `${row},${row * 0.5},c${row % 7}`);
    const files = { "big.csv": ["a,b,c", ...rows].join("\n") };
    const numbers = await open(files, "csv", "big.csv", { columns: ["a", "b"] }, { budget: 1000 });
    expect([numbers.shape, numbers.isInMemory]).toEqual([[3000, 2], false]);
    expect(await rowsOf(numbers, [2999, 0, 1500, 1501])).toEqual([
      2999, 1499.5, 0, 0, 1500, 750, 1501, 750.5,
    ]);
    const labels = await open(files, "csv", "big.csv", { column: "c", classes: true }, { budget: 1000 });
    expect(await rowsOf(labels, [6, 13, 2999, 0])).toEqual([6, 6, 3, 0]);
    await expectFault(numbers.whole(), { code: "DLC6111", file: "big.csv", says: /budget of 1\.0 kB/ });
  });
});

describe("JSON", () => {
  const digits = {
    "digits/0.json": '{ "data": [0, 0.5, 1, 1, 2, 2] }',
    "digits/1.json": "[7, 7, 8, 8]",
    "digits/.hidden.json": "no",
  };

  it("joins the files of a folder, one for each class", async () => {
    const type = { dtype: "f32", shape: ["M", 2] } as const;
    const pixels = await open(digits, "json", "digits", {}, { type });
    expect([pixels.shape, await wholeOf(pixels)]).toEqual([
      [5, 2],
      [0, 0.5, 1, 1, 2, 2, 7, 7, 8, 8],
    ]);
    const labels = await open(digits, "json", "digits", { labels: true, row: 2 });
    expect([labels.dtype, labels.meta.names, await wholeOf(labels)]).toEqual([
      "i32",
      ["0", "1"],
      [0, 0, 0, 1, 1],
    ]);
    const square = await open(digits, "json", "digits", { row: [1, 2] });
    expect(square.shape).toEqual([5, 1, 2]);
  });

  it("takes the shape of nested lists", async () => {
    const files = { "n.json": "[[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[9, 10], [11, 12]]]" };
    const source = await open(files, "json", "n.json");
    expect([source.shape, await rowsOf(source, [2, 0])]).toEqual([
      [3, 2, 2],
      [9, 10, 11, 12, 1, 2, 3, 4],
    ]);
  });
});
