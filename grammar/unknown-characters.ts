import { report } from "../compiler/diagnostics/report.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Span } from "../compiler/diagnostics/source.ts";
import { foreignCharacters } from "./foreign-habits.ts";

/** What other languages, and papers, write where this one has another sign. */
const instead: Readonly<Record<string, string>> = {
  ";": "",
  "&": "and",
  "&&": "and",
  "|": "or",
  "||": "or",
  "!": "not",
  "#": "//",
  "×": "*",
  "·": "*",
  "⋅": "*",
  "÷": "/",
  "−": "-",
  "–": "-",
  "≤": "<=",
  "≥": ">=",
  "≠": "!=",
  "→": "->",
  "…": "..",
  "“": '"',
  "”": '"',
  "∑": "sum",
  Σ: "sum",
  "∏": "prod",
  "∞": "inf",
  α: "alpha",
  β: "beta",
  γ: "gamma",
  δ: "delta",
  ε: "eps",
  ζ: "zeta",
  η: "eta",
  θ: "theta",
  λ: "lambda",
  μ: "mu",
  ν: "nu",
  ξ: "xi",
  π: "pi",
  ρ: "rho",
  σ: "sigma",
  τ: "tau",
  φ: "phi",
  χ: "chi",
  ψ: "psi",
  ω: "omega",
};

/** What is meant by characters that the language does not use, where that is a name, a word or an operator of it. */
export function meantBy(text: string): string | undefined {
  const written = Object.hasOwn(instead, text) ? instead[text] : undefined;
  return written === undefined || ["", "//", '"'].includes(written) ? undefined : written;
}

/** The diagnostic for a run of characters that begin no token. */
export function unknownCharacters(span: Span, text: string): Diagnostic {
  const written = Object.hasOwn(instead, text) ? instead[text] : undefined;
  const message = `the language does not use ${[...text].length === 1 ? "the character" : "the characters"} ${show(text)}`;
  if (written === undefined) {
    const letter = /^\p{L}+$/u.test(text);
    const habit = Object.hasOwn(foreignCharacters, text) ? foreignCharacters[text] : undefined;
    return report("DLC1002", {
      message,
      span,
      help: letter
        ? ["names are written with the letters A to Z and a to z, digits and _"]
        : habit === undefined
          ? []
          : [habit],
    });
  }
  const title = written === "" ? "leave it out: nothing separates statements" : `write ${written}`;
  return report("DLC1002", {
    message,
    span,
    help: [title],
    fix: { title, edits: [{ span, text: written }] },
  });
}

function show(text: string): string {
  const characters = [...text];
  const short = characters.length > 12 ? [...characters.slice(0, 12), "…"].join("") : text;
  return short.replace(
    /[\p{C}]/gu,
    (c) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
}
