import { EmbeddedActionsParser, EOF } from "chevrotain";
import type { IToken, TokenType } from "chevrotain";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source, Span } from "../compiler/diagnostics/source.ts";
import { report } from "../compiler/diagnostics/report.ts";
import type { Doc, Name } from "./ast.ts";
import type { Lexed } from "./lex.ts";
import { limits } from "./limits.ts";
import { endOf } from "./nodes.ts";
import { syntaxErrorMessages, syntaxError } from "./syntax-error.ts";
import { Identifier, isCategory, vocabulary } from "./tokens.ts";

export type Rule<Result> = () => Result;

/**
 * Thrown where a statement or a declaration is given up after its diagnostic has been made: caught
 * where reading can go on.
 */
export class GivenUp extends Error {
  readonly whole: "statement" | "declaration";

  constructor(whole: "statement" | "declaration") {
    super(`a ${whole} was given up`);
    this.whole = whole;
  }
}

const nothing: Lexed = {
  source: { path: "", text: "" },
  tokens: [],
  comments: [],
  diagnostics: [],
  flaws: [],
};

/** What all rules of the grammar share: spans, documentation, the record of mistakes, the limits. */
export abstract class Rules extends EmbeddedActionsParser {
  protected lexed: Lexed = nothing;
  protected docs: ReadonlyMap<number, Doc> = new Map();
  protected diagnostics: Diagnostic[] = [];
  /** Offsets of the tokens whose documentation went into the tree. */
  protected documented = new Set<number>();
  protected nesting = 0;
  /** True where an `else` would belong to an `if` or a guard that is being read. */
  protected elseAwaited = false;

  constructor(validate: boolean) {
    super(vocabulary, {
      maxLookahead: 2,
      recoveryEnabled: false,
      errorMessageProvider: syntaxErrorMessages,
      skipValidations: !validate,
    });
  }

  protected get source(): Source {
    return this.lexed.source;
  }

  /** Where the next token begins; at the end of the file, where the text ends. */
  protected here(): number {
    const next = this.LA(1);
    return next.tokenType === EOF ? this.source.text.length : next.startOffset;
  }

  /** From `start` to the end of the token read last. */
  protected spanFrom(start: number): Span {
    return { source: this.source, start, end: Math.max(start, endOf(this.LA(0))) };
  }

  protected spanOf(token: IToken): Span {
    if (token.tokenType === EOF) {
      const end = this.source.text.length;
      return { source: this.source, start: end, end };
    }
    return { source: this.source, start: token.startOffset, end: endOf(token) };
  }

  protected nameOf(token: IToken): Name {
    return { kind: "name", text: token.image, span: this.spanOf(token) };
  }

  protected docAt(start: number): Doc | undefined {
    const doc = this.docs.get(start);
    if (doc) this.documented.add(start);
    return doc;
  }

  protected complain = (diagnostic: Diagnostic): void => {
    this.diagnostics.push(diagnostic);
  };

  protected nextIs(...types: readonly TokenType[]): boolean {
    return types.includes(this.LA(1).tokenType);
  }

  protected isName(token: IToken): boolean {
    return isCategory(token.tokenType, Identifier);
  }

  /** Reads something that may contain itself, down to the limit of nesting. */
  protected deeper<Result>(whole: GivenUp["whole"], read: () => Result): Result {
    if (!this.RECORDING_PHASE && ++this.nesting > limits.nesting) {
      this.complain(
        report("DLC1007", {
          message: `this is nested more than ${limits.nesting} deep`,
          span: this.spanOf(this.LA(1)),
          help: ["give an inner part a name of its own"],
        }),
      );
      throw new GivenUp(whole);
    }
    const result = read();
    this.nesting -= 1;
    return result;
  }

  /** Reads what stands in brackets or behind a word, where `else` means something of its own. */
  protected awaitingElse<Result>(awaited: boolean, read: () => Result): Result {
    const outer = this.elseAwaited;
    this.elseAwaited = awaited;
    const result = read();
    this.elseAwaited = outer;
    return result;
  }

  /** The tokens from `begun` to the one read last. */
  protected since(begun: IToken): readonly IToken[] {
    const tokens: IToken[] = [];
    for (let back = 0; ; back -= 1) {
      const token = this.LA(back);
      if (token.tokenType === EOF || token.startOffset < begun.startOffset) return tokens.reverse();
      tokens.push(token);
    }
  }

  /**
   * Makes the diagnostic of what a rule threw, and rethrows what is no matter of syntax. `begun` is the first
   * token of the broken item; or, `between` two items, of the one before.
   */
  protected describe(thrown: unknown, begun: IToken, between: GivenUp["whole"] | undefined): void {
    if (this.RECORDING_PHASE) throw thrown;
    if (thrown instanceof GivenUp) return;
    const next = [this.LA(1), this.LA(2)] as const;
    const diagnostic = syntaxError(thrown, this.lexed, this.since(begun), next, between);
    if (diagnostic) this.complain(diagnostic);
  }
}
