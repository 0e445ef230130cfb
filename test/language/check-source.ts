import { expect } from "vitest";
import { fileHost } from "../../cli/host.ts";
import { check, type Checked, type CheckOptions } from "../../compiler/check/index.ts";
import { render, renderAll } from "../../compiler/diagnostics/index.ts";
import { elaborate } from "../../compiler/elaborate/index.ts";
import { interpret, tensorOf, type Program, type Tensor } from "../../compiler/graph/index.ts";

/** A source with the library, and with other files beside it. */
export function checkSource(
  text: string,
  options: CheckOptions = {},
  files: Readonly<Record<string, string>> = {},
): Checked {
  const read = (path: string): string | undefined =>
    path === "test.dl" ? text : (files[path] ?? (path.startsWith("std.") ? fileHost.read(path) : undefined));
  return check({ read, resolve: (module) => `${module}.dl` }, "test.dl", options);
}

/** Holds the codes of all that is said of a source against a list, and returns the messages. */
export function expectCodes(
  text: string,
  codes: readonly string[],
  options: CheckOptions = {},
  files: Readonly<Record<string, string>> = {},
): readonly string[] {
  const { diagnostics } = checkSource(text, options, files);
  expect(
    diagnostics.map(({ code }) => code),
    renderAll(diagnostics, { colour: false }),
  ).toEqual(codes);
  return diagnostics.map((diagnostic) => render(diagnostic, { colour: false }));
}

/** The program of a source of which nothing is said. */
export function programOf(text: string, options: CheckOptions = {}): Program {
  const { models, diagnostics } = checkSource(text, options);
  const [model] = models;
  if (diagnostics.length > 0 || model === undefined)
    throw new Error(renderAll(diagnostics, { colour: false }));
  return elaborate(model);
}

/** Paths of a program's parameters. */
export function pathsOf(text: string): readonly string[] {
  return programOf(text).params.map(({ path }) => path);
}

type Nested = number | readonly Nested[];

function flat(value: Nested): readonly number[] {
  return typeof value === "number" ? [value] : value.flatMap((inner) => flat(inner));
}

function shapeOf(value: Nested): readonly number[] {
  if (typeof value === "number") return [];
  const [first] = value;
  return first === undefined ? [0] : [value.length, ...shapeOf(first)];
}

/** What an entry of the only model gives for its inputs, by the interpreter; the first output as a flat list. */
export function run(
  text: string,
  inputs: Readonly<Record<string, Nested>>,
  { params = {}, entry = "forward" }: { params?: Readonly<Record<string, Nested>>; entry?: string } = {},
): readonly number[] {
  const program = programOf(text);
  const graph = program.entries[entry];
  if (graph === undefined) throw new Error(`no entry ${entry}`);
  const dtypes = new Map(graph.nodes.map((node) => [node.name, node.dtype]));
  const tensor = (name: string, value: Nested): Tensor =>
    tensorOf(shapeOf(value), flat(value), dtypes.get(name) ?? "f32");
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, tensor(name, value)]),
  );
  const initial = [...program.params, ...program.states, ...(program.memory ?? [])].map(
    ({ path, initial: graphOfValue }) => {
      const set = params[path];
      const value = set === undefined ? interpret(graphOfValue)["value"] : tensorOf(shapeOf(set), flat(set));
      return [path, value ?? tensorOf([], [0])] as const;
    },
  );
  const values = Object.fromEntries(initial);
  const results = interpret(graph, { inputs: given, params: values, states: values });
  const [first] = Object.values(results);
  return [...(first?.data ?? [])];
}
