import type * as ast from "../ast.ts";

/** Places in headers and expressions where a line may be broken first, by the offset of their token. */
export interface Marks {
  /** The first list of a header; later ones stand under it or are indented. */
  readonly firstList: ReadonlySet<number>;
  readonly laterList: ReadonlySet<number>;
  /** Brackets that follow a name and yet apply nothing: the inputs after `on`. */
  readonly apart: ReadonlySet<number>;
  /** The bodies of reductions. */
  readonly body: ReadonlySet<number>;
}

/** Walks the tree without recursion: formatting must not depend on its height. */
export function marksOf(file: ast.FileNode): Marks {
  const firstList = new Set<number>();
  const laterList = new Set<number>();
  const apart = new Set<number>();
  const body = new Set<number>();
  const open: unknown[] = [file];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    if (isSignature(value)) {
      value.lists.forEach((list, index) => (index === 0 ? firstList : laterList).add(list.span.start));
    } else if (isTrain(value) && value.data.kind === "formals") {
      apart.add(value.data.span.start);
    } else if (isReduction(value)) {
      body.add(value.body.span.start);
    }
    for (const [key, child] of Object.entries(value)) {
      if (key !== "span" && key !== "operatorSpan") open.push(child);
    }
  }
  return { firstList, laterList, apart, body };
}

function hasKind(value: object, kind: string): boolean {
  return "kind" in value && value.kind === kind;
}
const isSignature = (value: object): value is ast.Signature => hasKind(value, "signature");
const isTrain = (value: object): value is ast.TrainDeclaration => hasKind(value, "train");
const isReduction = (value: object): value is ast.Reduction => hasKind(value, "reduction");
