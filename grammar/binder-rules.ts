import type * as ast from "./ast.ts";
import { Rules } from "./rules.ts";
import type { Rule } from "./rules.ts";
import { stringLiteral } from "./string-parts.ts";
import * as T from "./tokens.ts";

const { Sign, Word } = T;

/** What gives names: binders, generators, ranges and packs, and the names and texts themselves. */
export abstract class BinderRules extends Rules {
  abstract readonly sum: Rule<ast.Expr>;

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

  protected readonly generators: Rule<readonly ast.Generator[]> = this.RULE("generators", () => {
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

  readonly identifier: Rule<ast.Name> = this.RULE("identifier", () =>
    this.nameOf(this.CONSUME(T.Identifier)),
  );

  readonly string: Rule<ast.StringLiteral> = this.RULE("string", () => {
    const token = this.CONSUME(T.StringToken);
    return this.ACTION(() => stringLiteral(this.source, token.startOffset, token.image, this.complain));
  });
}
