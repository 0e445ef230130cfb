import type * as ast from "./ast.ts";
import { ExpressionRules } from "./expression-rules.ts";
import type { Rule } from "./rules.ts";
import { Sign, Word } from "./tokens.ts";

/** Headers and types. */
export abstract class SignatureRules extends ExpressionRules {
  readonly signature: Rule<ast.Signature> = this.RULE("signature", (): ast.Signature => {
    const start = this.here();
    const lists: ast.Formals[] = [];
    this.MANY(() => lists.push(this.SUBRULE(this.formals)));
    const results = this.OPTION(() => {
      this.CONSUME(Sign.arrow);
      return this.SUBRULE2(this.formals);
    });
    const where = this.OPTION2(() => this.SUBRULE(this.where)) ?? [];
    const empty = lists.length === 0 && !results && where.length === 0;
    const span = empty ? { source: this.source, start, end: start } : this.spanFrom(start);
    return { kind: "signature", lists, results, where, span };
  });

  readonly formals: Rule<ast.Formals> = this.RULE("formals", (): ast.Formals => {
    const start = this.here();
    const items: ast.Formal[] = [];
    this.CONSUME(Sign.openRound);
    this.MANY_SEP({ SEP: Sign.comma, DEF: () => items.push(this.SUBRULE(this.formal)) });
    this.CONSUME(Sign.closeRound);
    return { kind: "formals", items, span: this.spanFrom(start) };
  });

  readonly formal: Rule<ast.Formal> = this.RULE("formal", (): ast.Formal => {
    const start = this.here();
    const doc = this.docAt(start);
    const name = this.SUBRULE(this.identifier);
    const type = this.OPTION(() => {
      this.CONSUME(Sign.colon);
      return this.SUBRULE(this.type);
    });
    const initial = this.OPTION2(() => {
      this.CONSUME(Sign.is);
      return this.SUBRULE(this.expr);
    });
    return { kind: "formal", doc, name, type, initial, span: this.spanFrom(start) };
  });

  readonly where: Rule<readonly ast.Fact[]> = this.RULE("where", () => {
    const facts: ast.Fact[] = [];
    this.CONSUME(Word.where);
    this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => facts.push(this.SUBRULE(this.fact)) });
    return facts;
  });

  private readonly fact: Rule<ast.Fact> = this.RULE("fact", () => {
    const start = this.here();
    return this.OR<ast.Fact>([
      {
        ALT: () => {
          const name = this.SUBRULE(this.identifier);
          this.CONSUME(Sign.is);
          const value = this.SUBRULE(this.expr);
          return { kind: "definition", name, value, span: this.spanFrom(start) };
        },
      },
      {
        ALT: () => {
          const value = this.SUBRULE(this.disjunction);
          return { kind: "condition", value, span: this.spanFrom(start) };
        },
      },
    ]);
  });

  readonly type: Rule<ast.Type> = this.RULE("type", () =>
    this.deeper("statement", () => {
      const start = this.here();
      return this.OR<ast.Type>([
        { ALT: () => this.SUBRULE(this.namedType) },
        {
          ALT: () => {
            this.CONSUME(Sign.openSquare);
            const element = this.SUBRULE(this.type);
            this.CONSUME(Sign.closeSquare);
            return { kind: "list-type", element, span: this.spanFrom(start) };
          },
        },
        {
          ALT: () => {
            const elements: ast.Type[] = [];
            this.CONSUME(Sign.openRound);
            this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => elements.push(this.SUBRULE2(this.type)) });
            this.CONSUME(Sign.closeRound);
            return { kind: "tuple-type", elements, span: this.spanFrom(start) };
          },
        },
      ]);
    }),
  );

  private readonly namedType: Rule<ast.Type> = this.RULE("namedType", (): ast.Type => {
    const start = this.here();
    const name = this.OR<ast.Name>([
      { ALT: () => this.SUBRULE(this.identifier) },
      { ALT: () => this.nameOf(this.CONSUME(Word.fn)) },
    ]);
    const dims: ast.Dim[] = [];
    this.OPTION(() => {
      this.CONSUME(Sign.openSquare);
      this.AT_LEAST_ONE_SEP({ SEP: Sign.comma, DEF: () => dims.push(this.SUBRULE(this.dim)) });
      this.CONSUME(Sign.closeSquare);
    });
    const range = this.OPTION2(() => {
      this.CONSUME(Word.in);
      return this.SUBRULE(this.range);
    });
    return { kind: "named-type", name, dims, range, span: this.spanFrom(start) };
  });

  private readonly dim: Rule<ast.Dim> = this.RULE("dim", () =>
    this.OR<ast.Dim>([{ ALT: () => this.SUBRULE(this.pack) }, { ALT: () => this.SUBRULE(this.sum) }]),
  );
}
