const wordsOf = {
  "a declaration": ["import", "fn", "layer", "model", "optimizer", "data", "train"],
  "a statement": ["param", "state", "metric", "entry", "scan", "repeat", "fn"],
} as const;

const otherLanguages: Readonly<Record<string, string>> = {
  def: "fn",
  func: "fn",
  function: "fn",
  class: "model",
  module: "model",
  network: "model",
  net: "model",
  from: "import",
  parameter: "param",
  buffer: "state",
  weight: "param",
};

/** The word that was meant by a misspelled one, or by one of another language. */
export function nearestWord(text: string, item: keyof typeof wordsOf): string | undefined {
  const words: readonly string[] = wordsOf[item];
  const known = Object.hasOwn(otherLanguages, text) ? otherLanguages[text] : undefined;
  if (known !== undefined && words.includes(known)) return known;
  return words.find((word) => word.length > 2 && distance(text, word) <= Math.floor(word.length / 2.5));
}

/** Insertions, deletions and replacements between two words (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
