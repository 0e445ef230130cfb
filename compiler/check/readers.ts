/** The names of the prelude that say which file an input of a data declaration comes from. */
export const readers = ["idx", "csv", "npy", "json", "words", "characters", "images"] as const;

/** What each is given by name. The readers themselves are in data/, which knows no compiler: a test holds both lists together. */
export const readerArguments: Readonly<Record<(typeof readers)[number], readonly string[]>> = {
  idx: [],
  csv: ["column", "columns", "except", "header", "skip", "separator", "classes", "missing"],
  npy: ["array"],
  json: ["row", "labels"],
  words: ["keep", "unknown", "from", "lower"],
  characters: ["alphabet", "unknown", "from", "lower"],
  images: ["labels", "classes", "channels"],
};

/** What every reader takes: the part of the rows, and how it is told. */
export const partArguments: readonly string[] = ["part", "every", "share", "seed"];
