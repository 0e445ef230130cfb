import type { IToken } from "chevrotain";
import type * as ast from "./ast.ts";
import { bareGuard, chainedComparison, operatorAfterPipe, reductionOverReduction } from "./friendly.ts";
import { binaryOperator, reduceOperator } from "./nodes.ts";
import { PrimaryRules } from "./primary-rules.ts";
import type { Rule } from "./rules.ts";
import * as T from "./tokens.ts";

const { Sign, Word } = T;

/** `expr` and its operators, from the loosest to the tightest, rule for rule as the reference of the language has them. */
export abstract class ExpressionRules extends PrimaryRules {
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

  private binary(start: number, left: ast.Expr, token: IToken, right: ast.Expr): ast.Expr {
    return this.ACTION((): ast.Expr => {
      const operator = binaryOperator(token);
      const operatorSpan = this.spanOf(token);
      return { kind: "binary", operator, operatorSpan, left, right, span: this.spanFrom(start) };
    });
  }
}
