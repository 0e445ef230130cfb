import { EOF } from "chevrotain";
import type { IToken } from "chevrotain";
import { report } from "../compiler/diagnostics/report.ts";
import type * as ast from "./ast.ts";
import { heightExceeds } from "./height.ts";
import { limits } from "./limits.ts";
import { endOf, unitKind } from "./nodes.ts";
import { GivenUp } from "./rules.ts";
import type { Rule } from "./rules.ts";
import { SignatureRules } from "./signature-rules.ts";
import {
  beginsDeclaration,
  beginsDeclarationOrConstant,
  beginsStatement,
  declaredNames,
  equatedNames,
  leftSideBefore,
} from "./starts.ts";
import * as T from "./tokens.ts";

const { Sign, Word } = T;

/**
 * Files, declarations, blocks and statements: where reading goes on after a mistake. A broken statement
 * becomes an `error` node and its block is kept; a broken header makes its declaration an `error` node,
 * but the block behind it is read for mistakes of its own.
 */
export class FileRules extends SignatureRules {
  constructor(validate: boolean) {
    super(validate);
    this.performSelfAnalysis();
  }

  readonly file: Rule<ast.FileNode> = this.RULE("file", (): ast.FileNode => {
    const declarations: ast.Declaration[] = [];
    this.eachRecovering<ast.Declaration>(declarations, "declaration", (read) =>
      this.MANY(() => read(() => this.SUBRULE(this.declaration))),
    );
    return {
      kind: "file",
      declarations,
      span: { source: this.source, start: 0, end: this.source.text.length },
    };
  });

  private readonly declaration: Rule<ast.Declaration> = this.RULE("declaration", () =>
    this.OR<ast.Declaration>([
      { ALT: () => this.SUBRULE(this.import) },
      { ALT: () => this.SUBRULE(this.function) },
      { ALT: () => this.SUBRULE(this.unit) },
      { ALT: () => this.SUBRULE(this.train) },
      { ALT: () => this.SUBRULE(this.constant) },
    ]),
  );

  private readonly import: Rule<ast.Declaration> = this.RULE("import", (): ast.Declaration => {
    const start = this.here();
    const doc = this.docAt(start);
    const path: ast.Name[] = [];
    const names: ast.Name[] = [];
    this.CONSUME(Word.import);
    this.AT_LEAST_ONE_SEP({ SEP: Sign.dot, DEF: () => path.push(this.SUBRULE(this.identifier)) });
    this.CONSUME(Sign.openCurly);
    this.AT_LEAST_ONE_SEP2({ SEP: Sign.comma, DEF: () => names.push(this.SUBRULE2(this.identifier)) });
    this.CONSUME(Sign.closeCurly);
    return { kind: "import", doc, path, names, span: this.spanFrom(start) };
  });

  private readonly constant: Rule<ast.Declaration> = this.RULE("constant", (): ast.Declaration => {
    const start = this.here();
    const doc = this.docAt(start);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(Sign.is);
    const value = this.SUBRULE(this.expr);
    return { kind: "constant", doc, name, value, span: this.spanFrom(start) };
  });

  private readonly function: Rule<ast.FunctionDeclaration | ast.ErrorNode> = this.RULE(
    "function",
    (): ast.FunctionDeclaration | ast.ErrorNode => {
      const start = this.here();
      const doc = this.docAt(start);
      this.CONSUME(Word.fn);
      const name = this.SUBRULE(this.identifier);
      const signature = this.header(() => this.SUBRULE(this.signature));
      const body = this.OR<ast.Expr | ast.Block>([
        {
          ALT: () => {
            this.CONSUME(Sign.is);
            return this.SUBRULE(this.expr);
          },
        },
        { ALT: () => this.SUBRULE(this.block) },
      ]);
      const span = this.spanFrom(start);
      return signature
        ? { kind: "function", doc, name, signature, body, span }
        : this.errorNode(span, [name]);
    },
  );

  private readonly unit: Rule<ast.Declaration> = this.RULE("unit", () => {
    const start = this.here();
    const doc = this.docAt(start);
    const word = this.CONSUME(T.UnitWord);
    const name = this.SUBRULE(this.identifier);
    const signature = this.header(() => this.SUBRULE(this.signature));
    const body = this.SUBRULE(this.block);
    return this.ACTION((): ast.Declaration => {
      const span = this.spanFrom(start);
      if (!signature) return this.errorNode(span, [name]);
      return { kind: unitKind(word), doc, name, signature, body, span };
    });
  });

  private readonly train: Rule<ast.Declaration> = this.RULE("train", (): ast.Declaration => {
    const start = this.here();
    const doc = this.docAt(start);
    this.CONSUME(Word.train);
    const header = this.header(() => {
      const model = this.SUBRULE(this.application);
      this.CONSUME(Word.on);
      const data = this.OR<ast.Name | ast.Call | ast.Formals>([
        { ALT: () => this.SUBRULE2(this.application) },
        { ALT: () => this.SUBRULE(this.formals) },
      ]);
      const where = this.OPTION(() => this.SUBRULE(this.where)) ?? [];
      return { model, data, where };
    });
    const body = this.SUBRULE(this.block);
    const span = this.spanFrom(start);
    return header ? { kind: "train", doc, ...header, body, span } : this.errorNode(span, []);
  });

  /** A declaration's name, with its hyper-parameters where they are given. */
  private readonly application: Rule<ast.Name | ast.Call> = this.RULE(
    "application",
    (): ast.Name | ast.Call => {
      const start = this.here();
      const callee = this.SUBRULE(this.identifier);
      const args = this.OPTION(() => this.SUBRULE(this.args));
      return args ? { kind: "call", callee, ...args, span: this.spanFrom(start) } : callee;
    },
  );

  private readonly block: Rule<ast.Block> = this.RULE("block", () =>
    this.deeper("declaration", (): ast.Block => {
      const start = this.here();
      const open = this.CONSUME(Sign.openCurly);
      const statements: ast.Statement[] = [];
      this.eachRecovering<ast.Statement>(statements, "statement", (read) =>
        this.MANY({
          GATE: () => !beginsDeclaration(this.ahead),
          DEF: () => read(() => this.SUBRULE(this.statement)),
        }),
      );
      if (this.RECORDING_PHASE || this.nextIs(Sign.closeCurly)) this.CONSUME(Sign.closeCurly);
      else {
        this.complain(
          report("DLC1012", {
            message: "this block is not closed",
            span: this.spanOf(open),
            label: this.nextIs(EOF) ? "the file ends before it does" : undefined,
            notes: this.nextIs(EOF)
              ? []
              : [{ text: "the block must end before this", span: this.spanOf(this.LA(1)) }],
            help: ["close it with }"],
          }),
        );
      }
      return { kind: "block", statements, span: this.spanFrom(start) };
    }),
  );

  private readonly statement: Rule<ast.Statement> = this.RULE("statement", () =>
    this.OR<ast.Statement>([
      { ALT: () => this.SUBRULE(this.param) },
      { ALT: () => this.SUBRULE(this.state) },
      { ALT: () => this.SUBRULE(this.metric) },
      { ALT: () => this.SUBRULE(this.entry) },
      { ALT: () => this.SUBRULE(this.scan) },
      { ALT: () => this.SUBRULE(this.function) },
      { ALT: () => this.SUBRULE(this.equation) },
    ]),
  );

  private readonly param: Rule<ast.Statement> = this.RULE("param", (): ast.Statement => {
    const start = this.here();
    const doc = this.docAt(start);
    this.CONSUME(Word.param);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(Sign.colon);
    const type = this.SUBRULE(this.type);
    const drawn = this.OR<boolean>([
      {
        ALT: () => {
          this.CONSUME(Sign.tilde);
          return true;
        },
      },
      {
        ALT: () => {
          this.CONSUME(Sign.is);
          return false;
        },
      },
    ]);
    const initial = this.SUBRULE(this.expr);
    const alias = this.OPTION(() => this.SUBRULE(this.alias));
    return { kind: "param", doc, name, type, drawn, initial, alias, span: this.spanFrom(start) };
  });

  private readonly state: Rule<ast.Statement> = this.RULE("state", (): ast.Statement => {
    const start = this.here();
    const doc = this.docAt(start);
    this.CONSUME(Word.state);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(Sign.colon);
    const type = this.SUBRULE(this.type);
    this.CONSUME(Sign.is);
    const initial = this.SUBRULE(this.expr);
    const alias = this.OPTION(() => this.SUBRULE(this.alias));
    return { kind: "state", doc, name, type, initial, alias, span: this.spanFrom(start) };
  });

  private readonly metric: Rule<ast.Statement> = this.RULE("metric", (): ast.Statement => {
    const start = this.here();
    const doc = this.docAt(start);
    this.CONSUME(Word.metric);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(Sign.is);
    const value = this.SUBRULE(this.expr);
    return { kind: "metric", doc, name, value, span: this.spanFrom(start) };
  });

  private readonly entry: Rule<ast.Statement> = this.RULE("entry", (): ast.Statement => {
    const start = this.here();
    const doc = this.docAt(start);
    this.CONSUME(Word.entry);
    const name = this.SUBRULE(this.identifier);
    const signature = this.header(() => this.SUBRULE(this.signature));
    const body = this.SUBRULE(this.block);
    const span = this.spanFrom(start);
    return signature ? { kind: "entry", doc, name, signature, body, span } : this.errorNode(span, [name]);
  });

  private readonly scan: Rule<ast.Statement> = this.RULE("scan", (): ast.Statement => {
    const start = this.here();
    const doc = this.docAt(start);
    const kind = this.OR<"scan" | "repeat">([
      {
        ALT: () => {
          this.CONSUME(Word.scan);
          return "scan" as const;
        },
      },
      {
        ALT: () => {
          this.CONSUME(Word.repeat);
          return "repeat" as const;
        },
      },
    ]);
    const begun = this.LA(1);
    const header = this.header(() => {
      const carries: ast.Formal[] = [];
      const variable = this.SUBRULE(this.identifier);
      this.CONSUME(Word.in);
      const range = this.SUBRULE(this.range);
      // Not an OPTION: what stands here and is neither is a mistake of the header, whose body is still read.
      if (this.LA(1).tokenType !== Sign.openCurly) {
        this.CONSUME(Word.carry);
        this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => carries.push(this.SUBRULE(this.formal)) });
      }
      return { variable, range, carries };
    });
    const carried = header ? [] : equatedNames(this.since(begun)).map((token) => this.nameOf(token));
    const body = this.SUBRULE(this.block);
    const span = this.spanFrom(start);
    if (header) return { kind, doc, ...header, body, span };
    const defined = this.ACTION(() => body.statements.flatMap(namesBoundBy));
    return this.errorNode(span, [...carried, ...defined]);
  });

  private readonly equation: Rule<ast.Statement> = this.RULE("equation", (): ast.Statement => {
    const start = this.here();
    const doc = this.docAt(start);
    const targets: ast.Target[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => targets.push(this.SUBRULE(this.target)) });
    this.CONSUME(Sign.is);
    const value = this.SUBRULE(this.expr);
    const alias = this.OPTION(() => this.SUBRULE(this.alias));
    return { kind: "equation", doc, targets, value, alias, span: this.spanFrom(start) };
  });

  private readonly target: Rule<ast.Target> = this.RULE("target", (): ast.Target => {
    const start = this.here();
    const binders: ast.Binder[] = [];
    const name = this.SUBRULE(this.identifier);
    const primed = this.OPTION(() => this.CONSUME(Sign.prime)) !== undefined;
    const type = this.OPTION2(() =>
      this.OR<ast.Type | undefined>([
        {
          ALT: () => {
            this.CONSUME(Sign.openSquare);
            this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => binders.push(this.SUBRULE(this.binder)) });
            this.CONSUME(Sign.closeSquare);
            return undefined;
          },
        },
        {
          ALT: () => {
            this.CONSUME(Sign.colon);
            return this.SUBRULE(this.type);
          },
        },
      ]),
    );
    return { kind: "target", name, primed, binders, type, span: this.spanFrom(start) };
  });

  private readonly alias: Rule<ast.StringLiteral> = this.RULE("alias", () => {
    this.CONSUME(Word.as);
    return this.SUBRULE(this.string);
  });

  // ---------------------------------------------------------------------------------------- recovery

  private readonly ahead = (distance: number): IToken => this.LA(distance);

  private errorNode(span: ast.ErrorNode["span"], names: readonly ast.Name[]): ast.ErrorNode {
    return { kind: "error", names, span };
  }

  /** A node of bounded height, or the diagnostic and an `error` node in its place. */
  private bounded<Item extends ast.Declaration | ast.Statement>(item: Item): Item | ast.ErrorNode {
    if (this.RECORDING_PHASE || !heightExceeds(item, limits.height)) return item;
    this.complain(
      report("DLC1007", {
        message: `the tree of this is more than ${limits.height} high`,
        span: item.span,
        help: ["give parts of it names of their own"],
      }),
    );
    return this.errorNode(item.span, "name" in item ? [item.name] : []);
  }

  /** A header; where it is broken, its diagnostic, and undefined before the `{` behind it. */
  private header<Header>(read: () => Header): Header | undefined {
    const begun = this.LA(1);
    const { nesting } = this;
    try {
      return read();
    } catch (thrown) {
      this.describe(thrown, begun, undefined);
      this.nesting = nesting;
      this.elseAwaited = false;
      while (!this.nextIs(Sign.openCurly)) {
        if (this.nextIs(EOF, Sign.closeCurly) || this.beginsNext()) throw new GivenUp("statement");
        this.SKIP_TOKEN();
      }
      return undefined;
    }
  }

  private beginsNext(): boolean {
    return beginsDeclaration(this.ahead) || (this.opensLine() && beginsStatement(this.ahead));
  }

  private opensLine(): boolean {
    const before = this.LA(0);
    if (before.tokenType === EOF) return true;
    return this.source.text.slice(endOf(before), this.here()).includes("\n");
  }

  /**
   * Reads items into `items` until their block or file ends; after a mistake goes on at the next place where
   * an item may begin. `readMany` hands each item's rule to the function that it is given.
   */
  private eachRecovering<Item extends ast.Declaration | ast.Statement>(
    items: (Item | ast.ErrorNode)[],
    whole: GivenUp["whole"],
    readMany: (read: (rule: () => Item) => void) => void,
  ): void {
    let previous = this.LA(1);
    let begun = previous;
    const readOne = (rule: () => Item): void => {
      if (begun !== this.LA(1)) previous = begun;
      begun = this.LA(1);
      items.push(this.bounded(rule()));
    };
    if (this.RECORDING_PHASE) return readMany(readOne);
    const { nesting } = this;
    for (;;) {
      this.nesting = nesting;
      this.elseAwaited = false;
      let thrown: unknown;
      try {
        readMany(readOne);
        if (this.ended(whole)) return;
        previous = begun;
        begun = this.LA(1);
      } catch (caught) {
        if (caught instanceof GivenUp && caught.whole === "declaration" && whole === "statement")
          throw caught;
        thrown = caught;
      }
      this.nesting = nesting;
      this.elseAwaited = false;
      const between = begun === this.LA(1);
      const context = between ? previous : begun;
      this.describe(thrown, context, between ? whole : undefined);
      // One more than are told, so that it is known that there are more.
      if (this.diagnostics.length > limits.errors) {
        while (!this.nextIs(EOF)) this.SKIP_TOKEN();
        return;
      }
      // `y = x +` and `z = 1` on the next line have been read as `y = x + z` so far.
      const read = this.since(context);
      const side =
        between && this.nextIs(Sign.is) ? leftSideBefore(this.source.text, read, this.LA(1)) : undefined;
      if (side !== undefined) items.pop();
      if (between && !this.ended(whole)) this.SKIP_TOKEN();
      this.skipToNext(whole, thrown instanceof GivenUp && thrown.whole === "declaration", begun);
      const from = side === undefined ? begun : context;
      const bound =
        side === undefined
          ? declaredNames(this.since(begun))
          : [...declaredNames(read), ...declaredNames(read.slice(side))];
      items.push(
        this.errorNode(
          this.spanFrom(from.startOffset),
          bound.map((token) => this.nameOf(token)),
        ),
      );
      if (this.ended(whole)) return;
    }
  }

  private ended(whole: GivenUp["whole"]): boolean {
    if (whole === "declaration") return this.nextIs(EOF);
    return this.nextIs(EOF, Sign.closeCurly) || beginsDeclaration(this.ahead);
  }

  /** Past the rest of a broken item, whole blocks included. */
  private skipToNext(whole: GivenUp["whole"], pastFunctions: boolean, first: IToken): void {
    let blocks = 0;
    let brackets = 0;
    for (const { tokenType } of this.since(first)) {
      if (tokenType === Sign.openRound || tokenType === Sign.openSquare) brackets += 1;
      if (tokenType === Sign.closeRound || tokenType === Sign.closeSquare) brackets -= 1;
    }
    while (!this.nextIs(EOF)) {
      if (beginsDeclaration(this.ahead) && this.opensLine()) return;
      if (this.nextIs(Sign.closeCurly)) {
        if (blocks === 0 && whole === "statement") return;
        blocks -= 1;
        if (blocks <= 0 && !pastFunctions) {
          this.SKIP_TOKEN();
          return;
        }
      } else if (this.nextIs(Sign.openCurly)) {
        blocks += 1;
      } else if (this.nextIs(Sign.openRound, Sign.openSquare)) {
        brackets += 1;
      } else if (this.nextIs(Sign.closeRound, Sign.closeSquare)) {
        brackets -= 1;
      } else if (blocks === 0 && !pastFunctions && (this.opensLine() || brackets <= 0)) {
        if (whole === "statement" ? beginsStatement(this.ahead) : beginsDeclarationOrConstant(this.ahead))
          return;
      }
      this.SKIP_TOKEN();
    }
  }
}

/** The names that a statement in a block whose header is broken would have defined outside of it. */
function namesBoundBy(statement: ast.Statement): readonly ast.Name[] {
  if (statement.kind === "error") return statement.names;
  return statement.kind === "equation" ? statement.targets.map((target) => target.name) : [];
}
