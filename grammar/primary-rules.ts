import type { IToken } from "chevrotain";
import type * as ast from "./ast.ts";
import type { Span } from "../compiler/diagnostics/source.ts";
import { BinderRules } from "./binder-rules.ts";
import { reduceOperator } from "./nodes.ts";
import type { Rule } from "./rules.ts";
import * as T from "./tokens.ts";

const { Sign, Word } = T;

interface Args {
  readonly args: readonly ast.Arg[];
  readonly generators: readonly ast.Generator[];
}

/** What operators stand between: literals, names, brackets of every kind, and what is written behind one of them. */
export abstract class PrimaryRules extends BinderRules {
  abstract readonly expr: Rule<ast.Expr>;

  protected readonly postfix: Rule<ast.Expr> = this.RULE("postfix", () => {
    const start = this.here();
    let node = this.SUBRULE(this.primary);
    this.MANY(() => {
      const operand = node;
      node = this.OR<ast.Expr>([
        {
          ALT: (): ast.Expr => {
            const args = this.SUBRULE(this.args);
            return { kind: "call", callee: operand, ...args, span: this.spanFrom(start) };
          },
        },
        {
          ALT: (): ast.Expr => {
            const subscripts = this.SUBRULE(this.subscripts);
            return { kind: "read", array: operand, subscripts, span: this.spanFrom(start) };
          },
        },
        {
          ALT: (): ast.Expr => {
            this.CONSUME(Sign.dot);
            const name = this.SUBRULE(this.identifier);
            return { kind: "member", object: operand, name, span: this.spanFrom(start) };
          },
        },
        {
          ALT: (): ast.Expr => {
            this.CONSUME(Sign.prime);
            return { kind: "primed", operand, span: this.spanFrom(start) };
          },
        },
      ]);
    });
    return node;
  });

  readonly args: Rule<Args> = this.RULE("args", () => {
    const args: ast.Arg[] = [];
    let generators: readonly ast.Generator[] = [];
    this.CONSUME(Sign.openRound);
    this.awaitingElse(false, () =>
      this.OPTION(() => {
        args.push(this.SUBRULE(this.arg));
        this.OR([
          { ALT: () => (generators = this.SUBRULE(this.generators)) },
          {
            ALT: () =>
              this.MANY(() => {
                this.CONSUME(Sign.comma);
                args.push(this.SUBRULE2(this.arg));
              }),
          },
        ]);
      }),
    );
    this.CONSUME(Sign.closeRound);
    return { args, generators };
  });

  private readonly arg: Rule<ast.Arg> = this.RULE("arg", () =>
    this.OR<ast.Arg>([
      { ALT: (): ast.Arg => this.SUBRULE(this.pack) },
      {
        ALT: (): ast.Arg => {
          const start = this.here();
          const name = this.OPTION(() => {
            const named = this.SUBRULE(this.identifier);
            this.CONSUME(Sign.colon);
            return named;
          });
          const value = this.SUBRULE(this.expr);
          return { kind: "argument", name, value, span: this.spanFrom(start) };
        },
      },
    ]),
  );

  private readonly subscripts: Rule<readonly ast.Subscript[]> = this.RULE("subscripts", () => {
    const list: ast.Subscript[] = [];
    this.CONSUME(Sign.openSquare);
    this.awaitingElse(false, () =>
      this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => list.push(this.SUBRULE(this.subscript)) }),
    );
    this.CONSUME(Sign.closeSquare);
    return list;
  });

  private readonly subscript: Rule<ast.Subscript> = this.RULE("subscript", () => {
    const start = this.here();
    return this.OR<ast.Subscript>([
      {
        ALT: (): ast.Subscript => {
          this.CONSUME(Sign.colon);
          return { kind: "all", span: this.spanFrom(start) };
        },
      },
      { ALT: (): ast.Subscript => this.SUBRULE(this.pack) },
      {
        ALT: (): ast.Subscript => {
          this.CONSUME(Sign.dots);
          this.CONSUME(Sign.openRound);
          const value = this.SUBRULE(this.expr);
          this.CONSUME(Sign.closeRound);
          return { kind: "spread", value, span: this.spanFrom(start) };
        },
      },
      {
        ALT: (): ast.Subscript => {
          const value = this.SUBRULE2(this.expr);
          const end = this.OPTION(() => {
            this.CONSUME2(Sign.dots);
            return this.SUBRULE(this.sum);
          });
          return end ? { kind: "range", start: value, end, span: this.spanFrom(start) } : value;
        },
      },
    ]);
  });

  private readonly primary: Rule<ast.Expr> = this.RULE("primary", () => {
    const start = this.here();
    return this.OR<ast.Expr>([
      { ALT: () => this.number("int", this.CONSUME(T.Int)) },
      { ALT: () => this.number("float", this.CONSUME(T.Float)) },
      { ALT: () => this.SUBRULE(this.string) },
      { ALT: () => ({ kind: "bool", value: true, span: this.spanOf(this.CONSUME(Word.true)) }) },
      { ALT: () => ({ kind: "bool", value: false, span: this.spanOf(this.CONSUME(Word.false)) }) },
      { ALT: () => this.SUBRULE(this.identifier) },
      {
        ALT: () => {
          const word = this.CONSUME(T.ReduceWord);
          const args = this.SUBRULE(this.args);
          return this.ACTION((): ast.Expr => {
            return {
              kind: "reduce-call",
              operator: reduceOperator(word),
              ...args,
              span: this.spanFrom(start),
            };
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(Word.cat);
          this.CONSUME(Sign.openSquare);
          const index = this.SUBRULE2(this.identifier);
          this.CONSUME(Sign.closeSquare);
          const args = this.SUBRULE2(this.args);
          return { kind: "cat", index, ...args, span: this.spanFrom(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.round) },
      { ALT: () => this.SUBRULE(this.list) },
    ]);
  });

  /** What stands in round brackets: a group, a guarded read or a tuple. */
  private readonly round: Rule<ast.Expr> = this.RULE("round", () => {
    const start = this.here();
    this.CONSUME(Sign.openRound);
    const value = this.awaitingElse(true, () => this.SUBRULE(this.expr));
    const close = (): Span => {
      this.CONSUME(Sign.closeRound);
      return this.spanFrom(start);
    };
    return this.OR<ast.Expr>([
      {
        ALT: () => {
          this.CONSUME(Word.else);
          const otherwise = this.awaitingElse(false, () => this.SUBRULE2(this.expr));
          this.CONSUME2(Sign.closeRound);
          return { kind: "guarded", value, otherwise, span: this.spanFrom(start) };
        },
      },
      {
        ALT: () => {
          const elements: ast.Expr[] = [value];
          this.awaitingElse(false, () =>
            this.MANY(() => {
              this.CONSUME(Sign.comma);
              elements.push(this.SUBRULE3(this.expr));
            }),
          );
          const span = close();
          return elements.length === 1 ? { kind: "group", value, span } : { kind: "tuple", elements, span };
        },
      },
    ]);
  });

  private readonly list: Rule<ast.Expr> = this.RULE("list", (): ast.Expr => {
    const start = this.here();
    const elements: ast.Expr[] = [];
    let generators: readonly ast.Generator[] = [];
    this.CONSUME(Sign.openSquare);
    this.awaitingElse(false, () =>
      this.OPTION(() => {
        elements.push(this.SUBRULE(this.expr));
        this.OR([
          { ALT: () => (generators = this.SUBRULE(this.generators)) },
          {
            ALT: () =>
              this.MANY(() => {
                this.CONSUME(Sign.comma);
                elements.push(this.SUBRULE2(this.expr));
              }),
          },
        ]);
      }),
    );
    this.CONSUME(Sign.closeSquare);
    return { kind: "list", elements, generators, span: this.spanFrom(start) };
  });

  /** A number that the lexer has refused is 0 here. */
  private number(kind: "int" | "float", token: IToken): ast.Expr {
    const value = Number(token.image);
    const isKept = kind === "int" ? Number.isSafeInteger(value) : Number.isFinite(value);
    return { kind, value: isKept ? value : 0, span: this.spanOf(token) };
  }
}
