import type { IToken } from "chevrotain";
import type * as ast from "./ast.ts";
import type { Span } from "../compiler/diagnostics/source.ts";
import { bareGuard, chainedComparison, operatorAfterPipe, reductionOverReduction } from "./friendly.ts";
import { binaryOperator, reduceOperator } from "./nodes.ts";
import { Rules } from "./rules.ts";
import type { Rule } from "./rules.ts";
import { stringLiteral } from "./string-parts.ts";
import * as T from "./tokens.ts";

const { Sign, Word } = T;

interface Args {
  readonly args: readonly ast.Arg[];
  readonly generators: readonly ast.Generator[];
}

/** `expr` and all below it, rule for rule as the reference of the language has them. */
export abstract class ExpressionRules extends Rules {
  readonly expr: Rule<ast.Expr> = this.RULE("expr", () =>
    this.deeper("statement", () => {
      let value = this.OR<ast.Expr>([
        { ALT: () => this.SUBRULE(this.conditional) },
        { ALT: () => this.SUBRULE(this.pipe) },
      ]);
      // Not in the grammar: a guard that lacks its brackets is read as if it had them, and said.
      this.OPTION({
        GATE: () => !this.elseAwaited,
        DEF: () => {
          const word = this.CONSUME(Word.else);
          const otherwise = this.SUBRULE(this.expr);
          value = this.ACTION(() => bareGuard(value, this.spanOf(word), otherwise, this.complain));
        },
      });
      return value;
    }),
  );

  private readonly conditional: Rule<ast.Expr> = this.RULE("conditional", (): ast.Expr => {
    const start = this.here();
    this.CONSUME(Word.if);
    const condition = this.awaitingElse(true, () => this.SUBRULE(this.expr));
    this.CONSUME(Word.then);
    const then = this.awaitingElse(true, () => this.SUBRULE2(this.expr));
    this.CONSUME(Word.else);
    // A further `else` is for the whole of this to see.
    const otherwise = this.awaitingElse(true, () => this.SUBRULE3(this.expr));
    return { kind: "if", condition, then, otherwise, span: this.spanFrom(start) };
  });

  private readonly pipe: Rule<ast.Expr> = this.RULE("pipe", () => {
    const start = this.here();
    let value = this.SUBRULE(this.disjunction);
    let stages: ast.Stage[] = [];
    const close = (): ast.Expr =>
      stages.length === 0 ? value : { kind: "pipe", value, stages, span: this.spanFrom(start) };
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(Sign.pipe);
            stages.push(this.SUBRULE(this.stage));
          },
        },
        {
          // Not in the grammar: an operator after a pipe is read as if the pipe had brackets, and said.
          GATE: () => stages.length > 0,
          ALT: () => {
            const piped = this.ACTION(close);
            const operator = this.SUBRULE(this.operator);
            const right = this.SUBRULE2(this.disjunction);
            this.ACTION(() => {
              value = operatorAfterPipe(piped, this.binary(start, piped, operator, right), this.complain);
            });
            stages = [];
          },
        },
      ]);
    });
    return this.ACTION(close);
  });

  private readonly operator: Rule<IToken> = this.RULE("operator", () =>
    this.OR<IToken>([
      { ALT: () => this.CONSUME(T.Additive) },
      { ALT: () => this.CONSUME(T.Multiplicative) },
      { ALT: () => this.CONSUME(T.Comparison) },
      { ALT: () => this.CONSUME(Sign.caret) },
      { ALT: () => this.CONSUME(Word.and) },
      { ALT: () => this.CONSUME(Word.or) },
    ]),
  );

  private readonly stage: Rule<ast.Stage> = this.RULE("stage", (): ast.Stage => {
    const start = this.here();
    const label = this.OPTION(() => {
      const named = this.OR<ast.Name | ast.StringLiteral>([
        { ALT: () => this.SUBRULE(this.identifier) },
        { ALT: () => this.SUBRULE(this.string) },
      ]);
      this.CONSUME(Sign.colon);
      return named;
    });
    const value = this.SUBRULE(this.postfix);
    return { kind: "stage", label, value, span: this.spanFrom(start) };
  });

  readonly disjunction: Rule<ast.Expr> = this.RULE("disjunction", () => {
    const start = this.here();
    let left = this.SUBRULE(this.conjunction);
    this.MANY(() => {
      const operator = this.CONSUME(Word.or);
      left = this.binary(start, left, operator, this.SUBRULE2(this.conjunction));
    });
    return left;
  });

  private readonly conjunction: Rule<ast.Expr> = this.RULE("conjunction", () => {
    const start = this.here();
    let left = this.SUBRULE(this.negation);
    this.MANY(() => {
      const operator = this.CONSUME(Word.and);
      left = this.binary(start, left, operator, this.SUBRULE2(this.negation));
    });
    return left;
  });

  private readonly negation: Rule<ast.Expr> = this.RULE("negation", (): ast.Expr => {
    const start = this.here();
    const negated = this.OPTION(() => this.CONSUME(Word.not));
    const operand = this.SUBRULE(this.compare);
    return negated ? { kind: "unary", operator: "not", operand, span: this.spanFrom(start) } : operand;
  });

  private readonly compare: Rule<ast.Expr> = this.RULE("compare", () => {
    const start = this.here();
    let left = this.SUBRULE(this.sum);
    let chained = false;
    this.MANY(() => {
      const operator = this.CONSUME(T.Comparison);
      const first = left;
      left = this.binary(start, first, operator, this.SUBRULE2(this.sum));
      // Not in the grammar, which has one comparison at most.
      this.ACTION(() => {
        if (chained) chainedComparison(first, this.spanOf(operator), this.complain);
        chained = true;
      });
    });
    return left;
  });

  readonly sum: Rule<ast.Expr> = this.RULE("sum", () => {
    const start = this.here();
    let left = this.SUBRULE(this.term);
    this.MANY(() => {
      const operator = this.CONSUME(T.Additive);
      left = this.binary(start, left, operator, this.SUBRULE2(this.term));
    });
    return left;
  });

  private readonly term: Rule<ast.Expr> = this.RULE("term", () => {
    const start = this.here();
    let left = this.SUBRULE(this.factor);
    this.MANY(() => {
      const operator = this.CONSUME(T.Multiplicative);
      left = this.binary(start, left, operator, this.SUBRULE2(this.factor));
    });
    return left;
  });

  private readonly factor: Rule<ast.Expr> = this.RULE("factor", () =>
    this.OR<ast.Expr>([
      {
        ALT: (): ast.Expr => {
          const start = this.here();
          this.CONSUME(Sign.minus);
          const operand = this.deeper("statement", () => this.SUBRULE(this.factor));
          return { kind: "unary", operator: "-", operand, span: this.spanFrom(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.reduction) },
      { ALT: () => this.SUBRULE(this.power) },
    ]),
  );

  private readonly reduction: Rule<ast.Expr> = this.RULE("reduction", () => {
    const start = this.here();
    const word = this.CONSUME(T.ReduceWord);
    this.CONSUME(Sign.openSquare);
    const binders: ast.Binder[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => binders.push(this.SUBRULE(this.binder)) });
    const where = this.OPTION(() => {
      this.CONSUME(Word.where);
      return this.SUBRULE(this.disjunction);
    });
    this.CONSUME(Sign.closeSquare);
    const body = this.deeper("statement", () => this.SUBRULE(this.term));
    return this.ACTION((): ast.Expr => {
      const operator = reduceOperator(word);
      const node = { kind: "reduction", operator, binders, where, body, span: this.spanFrom(start) } as const;
      reductionOverReduction(node, this.complain);
      return node;
    });
  });

  private readonly power: Rule<ast.Expr> = this.RULE("power", () => {
    const start = this.here();
    let base = this.SUBRULE(this.postfix);
    this.OPTION(() => {
      const operator = this.CONSUME(Sign.caret);
      const exponent = this.deeper("statement", () => this.SUBRULE(this.exponent));
      base = this.binary(start, base, operator, exponent);
    });
    return base;
  });

  private readonly exponent: Rule<ast.Expr> = this.RULE("exponent", (): ast.Expr => {
    const start = this.here();
    const minus = this.OPTION(() => this.CONSUME(Sign.minus));
    const operand = this.SUBRULE(this.power);
    return minus ? { kind: "unary", operator: "-", operand, span: this.spanFrom(start) } : operand;
  });

  private readonly postfix: Rule<ast.Expr> = this.RULE("postfix", () => {
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

  private readonly generators: Rule<readonly ast.Generator[]> = this.RULE("generators", () => {
    const list: ast.Generator[] = [];
    this.CONSUME(Word.for);
    this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => list.push(this.SUBRULE(this.generator)) });
    return list;
  });

  private readonly generator: Rule<ast.Generator> = this.RULE("generator", (): ast.Generator => {
    const start = this.here();
    const names: ast.Name[] = [];
    const destructured = this.OR<boolean>([
      {
        ALT: () => {
          names.push(this.SUBRULE(this.identifier));
          return false;
        },
      },
      {
        ALT: () => {
          this.CONSUME(Sign.openRound);
          this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => names.push(this.SUBRULE2(this.identifier)) });
          this.CONSUME(Sign.closeRound);
          return true;
        },
      },
    ]);
    this.CONSUME(Word.in);
    const from = this.here();
    const first = this.SUBRULE(this.sum);
    const end = this.OPTION(() => {
      this.CONSUME(Sign.dots);
      return this.SUBRULE2(this.sum);
    });
    const over: ast.Range | ast.Expr = end
      ? { kind: "range", start: first, end, span: this.spanFrom(from) }
      : first;
    return { kind: "generator", names, destructured, over, span: this.spanFrom(start) };
  });

  readonly binder: Rule<ast.Binder> = this.RULE("binder", () => {
    const start = this.here();
    return this.OR<ast.Binder>([
      { ALT: () => ({ kind: "all", span: this.spanOf(this.CONSUME(Sign.colon)) }) },
      { ALT: () => this.SUBRULE(this.pack) },
      {
        ALT: () => {
          const name = this.SUBRULE(this.identifier);
          const range = this.OPTION(() => {
            this.CONSUME(Word.in);
            return this.SUBRULE(this.range);
          });
          return { kind: "index", name, range, span: this.spanFrom(start) };
        },
      },
    ]);
  });

  readonly range: Rule<ast.Range> = this.RULE("range", (): ast.Range => {
    const from = this.here();
    const start = this.SUBRULE(this.sum);
    this.CONSUME(Sign.dots);
    const end = this.SUBRULE2(this.sum);
    return { kind: "range", start, end, span: this.spanFrom(from) };
  });

  readonly pack: Rule<ast.Pack> = this.RULE("pack", (): ast.Pack => {
    const start = this.here();
    this.CONSUME(Sign.dots);
    const name = this.SUBRULE(this.identifier);
    return { kind: "pack", name, span: this.spanFrom(start) };
  });

  readonly identifier: Rule<ast.Name> = this.RULE("identifier", () =>
    this.nameOf(this.CONSUME(T.Identifier)),
  );

  readonly string: Rule<ast.StringLiteral> = this.RULE("string", () => {
    const token = this.CONSUME(T.StringToken);
    return this.ACTION(() => stringLiteral(this.source, token.startOffset, token.image, this.complain));
  });

  private binary(start: number, left: ast.Expr, token: IToken, right: ast.Expr): ast.Expr {
    return this.ACTION((): ast.Expr => {
      const operator = binaryOperator(token);
      const operatorSpan = this.spanOf(token);
      return { kind: "binary", operator, operatorSpan, left, right, span: this.spanFrom(start) };
    });
  }

  /** A number that the lexer has refused is 0 here. */
  private number(kind: "int" | "float", token: IToken): ast.Expr {
    const value = Number(token.image);
    const isKept = kind === "int" ? Number.isSafeInteger(value) : Number.isFinite(value);
    return { kind, value: isKept ? value : 0, span: this.spanOf(token) };
  }
}
