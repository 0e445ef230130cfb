import type { Application, Body, InstancePath, OwnedTensor } from "./typed.ts";

/** A state with its place as seen from a body. */
export interface PlacedState {
  readonly path: InstancePath;
  readonly owned: OwnedTensor;
}

/** The states to which a body gives next values, by itself or by what it applies. */
export function changedStates(body: Body): readonly PlacedState[] {
  const changed: PlacedState[] = [];
  for (const { kind, name } of body.updates) {
    const owned = kind === "state" ? body.states.find((one) => one.name === name) : undefined;
    if (owned !== undefined) changed.push({ path: owned.path, owned });
  }
  for (const binding of body.bindings)
    if (binding.kind === "application") changed.push(...changedByApplication(binding));
  return changed;
}

/** As seen from where it is applied. An optimizer keeps what it changes by parameter, and stands in no scan. */
export function changedByApplication(application: Application): readonly PlacedState[] {
  if (application.parameter !== undefined) return [];
  return changedStates(application.callee).map(({ path, owned }) => ({
    path: seenFromOutside(path, application),
    owned,
  }));
}

function seenFromOutside({ root, labels }: InstancePath, { path, slots }: Application): InstancePath {
  const outer = root === "own" ? path : slots[root];
  if (outer === undefined) throw new Error("bug: an instance in no slot");
  return { root: outer.root, labels: [...outer.labels, ...labels] };
}
