import type { Session } from "./checker-types.ts";
import { tell } from "./session.ts";
import type { Application, Binding, Body, InstancePath } from "./typed.ts";

/**
 * A state has one next value: what changes one is not applied under indices. Tells of what is, and answers whether
 * nothing is.
 */
export function haveOneNextValue({ bindings }: Body, session: Session): boolean {
  let good = true;
  visitAll(bindings, (path) => path, undefined);
  return good;

  function visitAll(
    inside: readonly Binding[],
    outer: (path: InstancePath) => InstancePath,
    around: Around | undefined,
  ): void {
    for (const binding of inside) if (binding.kind === "application") visit(binding, outer, around);
  }

  function visit(
    application: Application,
    outer: (path: InstancePath) => InstancePath,
    outside: Around | undefined,
  ): void {
    const { callee, path: own, slots, context } = application;
    const resolve = (path: InstancePath): InstancePath => {
      const root = path.root === "own" ? own : slots[path.root];
      if (root === undefined) throw new Error("bug: an instance in no slot");
      return outer({ root: root.root, labels: [...root.labels, ...path.labels] });
    };
    const [index] = context;
    const around = outside ?? (index && { application, index: index.name });
    for (const { kind, name } of callee.updates) {
      const state = kind === "state" ? callee.states.find((one) => one.name === name) : undefined;
      if (state !== undefined && around !== undefined) report(resolve(state.path), around);
    }
    visitAll(callee.bindings, resolve, around);
  }

  function report({ labels }: InstancePath, { application, index }: Around): void {
    good = false;
    const name = labels.filter((label) => label !== "").join(".");
    tell(session, "DLC2002", {
      message: `\`${name}\` would get a next value for each value of \`${index}\``,
      span: application.span,
      help: ["apply what changes it to the whole tensor, without indices"],
    });
  }
}

/** The outermost application under indices, and the first of them. */
interface Around {
  readonly application: Application;
  readonly index: string;
}
