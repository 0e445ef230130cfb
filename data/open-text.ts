import { blockedSource } from "./blocked-source.ts";
import { DataError } from "./data-error.ts";
import { narrowSource, newNarrow } from "./memory-source.ts";
import { numberByCount, numberListed, numberOf, type Numbering } from "./numbering.ts";
import { openBytes, type Bytes } from "./open-bytes.ts";
import { badArgument, integerDtype, readArguments, type Reading } from "./reading.ts";
import { newArray, type Source, type TensorData } from "./source.ts";
import { decodeText, textPieces, type TextPiece } from "./text-pieces.ts";

/** How a text falls into symbols. */
interface Splitting {
  readonly what: "characters" | "words";
  /** The argument that limits or lists the symbols. */
  readonly limit: "alphabet" | "keep";
  readonly end: "character" | "blank";
  readonly split: (text: string) => readonly string[];
  /** How many symbols `bytes` bytes are at most. */
  readonly most: (bytes: number) => number;
}

const byCharacter: Splitting = {
  what: "characters",
  limit: "alphabet",
  end: "character",
  split: (text) => Array.from(text),
  most: (bytes) => bytes,
};

const byWord: Splitting = {
  what: "words",
  limit: "keep",
  end: "blank",
  split: (text) => text.split(/\s+/u).filter((word) => word !== ""),
  most: (bytes) => Math.ceil(bytes / 2),
};

/** How much of a text is decoded for the rows of a batch, where the text is larger than the budget. */
const pieceBytes = 2 ** 16;

/**
 * `characters("bible.txt", alphabet: 96)`: a number for each Unicode character. `alphabet` is how many numbers there are
 * or the characters themselves; `unknown` the one that stands for all others; `from` another file whose characters are
 * counted instead; `lower` puts all in lower case.
 */
export function openCharacters(reading: Reading): Promise<Source> {
  return openText(reading, byCharacter);
}

/** `words("corpus.txt", keep: 20000)`: a number for whatever stands between blanks; the arguments as for characters. */
export function openWords(reading: Reading): Promise<Source> {
  return openText(reading, byWord);
}

async function openText(reading: Reading, splitting: Splitting): Promise<Source> {
  const { path, budget } = reading;
  const bytes = await openBytes(reading.host, path, budget);
  if (bytes.size === 0) throw new DataError("DLC6102", path, "is empty");
  const lower = readArguments(reading).flag("lower") === true;
  const symbolsOf = (text: string): readonly string[] => splitting.split(lower ? text.toLowerCase() : text);
  const numbering = await readNumbering(reading, splitting, symbolsOf, bytes);
  const { names, unknown } = numbering;
  const meta = { names, ...(unknown === undefined ? {} : { unknown }) };
  const dtype = integerDtype(reading.type, names.length);

  const most = splitting.most(bytes.size);
  const fits = most * newNarrow(names.length, 0).BYTES_PER_ELEMENT <= budget;
  const values = newNarrow(names.length, fits ? most : 0);
  const pieces: Omit<TextPiece, "text">[] = [];
  const firsts: number[] = [];
  let count = 0;
  for await (const { offset, length, text } of textPieces(bytes, splitting.end, pieceBytes)) {
    const first = count;
    for (const symbol of symbolsOf(text)) {
      const number = numberOf(numbering, symbol, path, count);
      if (fits) values[count] = number;
      count += 1;
    }
    if (fits || count === first) continue;
    pieces.push({ offset, length });
    firsts.push(first);
  }
  if (count === 0) throw new DataError("DLC6102", path, `holds no ${splitting.what}`);
  if (fits) {
    await bytes.close();
    return narrowSource(path, dtype, values.slice(0, count), meta);
  }

  const load = async (block: number): Promise<TensorData> => {
    const { offset, length } = pieces[block] ?? { offset: 0, length: 0 };
    const symbols = symbolsOf(decodeText(path, await bytes.read(offset, length), offset));
    const first = firsts[block] ?? 0;
    const numbers = newArray(dtype, symbols.length);
    symbols.forEach((symbol, place) => {
      numbers[place] = numberOf(numbering, symbol, path, first + place);
    });
    return numbers;
  };
  return blockedSource({
    file: path,
    dtype,
    shape: [count],
    meta,
    firsts,
    load,
    budget,
    close: () => bytes.close(),
  });
}

async function readNumbering(
  reading: Reading,
  splitting: Splitting,
  symbolsOf: (text: string) => readonly string[],
  bytes: Bytes,
): Promise<Numbering> {
  const given = readArguments(reading);
  const { path } = reading;
  const from = given.text("from");
  const unknown = given.text("unknown");
  const listed = listedSymbols(reading, splitting);
  if (listed !== undefined) {
    const twice = listed.find((symbol, place) => listed.indexOf(symbol) !== place);
    if (twice !== undefined) throw badArgument(path, `${splitting.limit} has ${JSON.stringify(twice)} twice`);
    if (listed.length === 0) throw badArgument(path, `${splitting.limit} lists nothing`);
    if (from !== undefined) throw badArgument(path, `from counts symbols, but ${splitting.limit} lists them`);
    if (unknown !== undefined && !listed.includes(unknown)) {
      throw badArgument(path, `unknown is ${JSON.stringify(unknown)}, which ${splitting.limit} doesn't list`);
    }
    return numberListed(listed, unknown);
  }
  if (unknown !== undefined) {
    throw badArgument(
      path,
      `unknown names one of the symbols that ${splitting.limit} lists; here it lists none`,
    );
  }
  const limit = given.count(splitting.limit, 2);
  const other = from === undefined ? undefined : await openBytes(reading.host, from, reading.budget);
  const counts = new Map<string, number>();
  for await (const { text } of textPieces(other ?? bytes, splitting.end, pieceBytes)) {
    for (const symbol of symbolsOf(text)) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  }
  await other?.close();
  return numberByCount(counts, limit);
}

function listedSymbols(reading: Reading, splitting: Splitting): readonly string[] | undefined {
  const given = readArguments(reading);
  const value = given.value(splitting.limit);
  if (typeof value === "string" && splitting.what === "characters") return Array.from(value);
  return Array.isArray(value) ? given.texts(splitting.limit) : undefined;
}
