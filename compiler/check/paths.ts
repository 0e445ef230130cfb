import type { Span } from "../diagnostics/source.ts";
import type { Session } from "./checker-types.ts";
import { tell } from "./session.ts";
import type { Application, Body, CheckedModel, InstancePath, OwnedTensor } from "./typed.ts";

/** A parameter of a model with the applications through which it is reached. */
export interface Reached {
  readonly path: string;
  readonly owned: OwnedTensor;
  /** The application of the layer that owns it; none for the model's own. */
  readonly application: Application | undefined;
  /** The instance expressions that made its owner; undefined where they can't be told. */
  readonly made: string | undefined;
}

/** All parameters and states of a model by their paths; the same one may be met several times. */
export function reachedTensors(model: CheckedModel, session: Session): readonly Reached[] {
  const reached: Reached[] = [];
  const visit = (
    body: Body,
    own: string,
    slots: readonly string[],
    made: string | undefined,
    application: Application | undefined,
  ): void => {
    const absolute = (path: InstancePath): string => {
      const root = path.root === "own" ? own : (slots[path.root] ?? "");
      return [root, ...path.labels].filter((label) => label !== "").join(".");
    };
    for (const owned of [...body.params, ...body.states]) {
      // What is read as `a.b.weight` is made elsewhere.
      const isOwn = owned.path.root === "own" && owned.path.labels.length === 1;
      reached.push({ path: absolute(owned.path), owned, application, made: isOwn ? made : undefined });
    }
    for (const binding of body.bindings) {
      if (binding.kind !== "application") continue;
      const inner = madeBy(binding, made, session);
      visit(binding.callee, absolute(binding.path), binding.slots.map(absolute), inner, binding);
    }
  };
  for (const body of Object.values(model.entries)) visit(body, "", [], "", undefined);
  return reached;
}

/** An instance that came in through a slot was made by somebody further out. */
function madeBy(application: Application, outer: string | undefined, session: Session): string | undefined {
  if (application.path.root !== "own" || outer === undefined) return undefined;
  const made = session.sites.get(application)?.made;
  return made === undefined ? outer : `${outer}/${made}`;
}

/** D2.4: two different parameters with one path, or one parameter with two shapes, is an error. */
export function checkPaths(model: CheckedModel, session: Session): readonly Reached[] {
  const first = new Map<string, Reached>();
  const reached = reachedTensors(model, session);
  for (const one of reached) {
    const other = first.get(one.path);
    if (other === undefined) {
      first.set(one.path, one);
      continue;
    }
    const [shape, before] = [one.owned.shape.join("×"), other.owned.shape.join("×")];
    const sameMaker = one.made === undefined || other.made === undefined || one.made === other.made;
    const samePlace =
      sameMaker &&
      one.owned.span.start === other.owned.span.start &&
      one.owned.span.source === other.owned.span.source;
    if (samePlace && shape === before) continue;
    tell(session, "DLC2010", {
      message: samePlace
        ? `\`${one.path}\` would have two shapes, ${before} and ${shape}`
        : `two different parameters would be called \`${one.path}\``,
      span: placeOf(one),
      notes: [{ text: samePlace ? `${before} here` : "the other one", span: placeOf(other) }],
      help: samePlace
        ? ["an instance is applied to inputs of one width; two labels make two instances"]
        : ["give them different labels"],
    });
  }
  return [...first.values()];
}

function placeOf({ application, owned }: Reached): Span {
  return application?.span ?? owned.span;
}
