// @ts-check
// Which file may import which. `test/structure/imports.test.ts` enforces it.

/** The line of rooms: each may import itself and what stands before it, the rooms of one step not each other. */
export const line = [
  ["runtime"],
  ["compiler/diagnostics"],
  ["compiler/scalar"],
  ["compiler/integers"],
  ["grammar"],
  ["compiler/graph"],
  ["compiler/check"],
  ["compiler/elaborate"],
  ["compiler/autodiff"],
  ["compiler/optimize"],
  ["compiler/plan"],
  ["compiler/wasm", "compiler/wgsl"],
  ["compiler/interop"],
  ["compiler/package"],
  ["compiler/compile.ts"],
];

/** Rooms beside the line, with all that each may import. */
const beside = {
  data: ["data", "runtime"],
  training: ["training", "data", "runtime"],
  "language-server": [
    "language-server",
    "compiler/diagnostics",
    "compiler/scalar",
    "compiler/integers",
    "grammar",
    "compiler/graph",
    "compiler/check",
    "compiler/elaborate",
  ],
};

/** Rooms that import what they like, and that nothing else imports. */
const free = ["cli", "tools", "bench", "test"];

/** npm packages, and the only rooms that import them. Free rooms are not asked. */
const packages = {
  chevrotain: ["grammar"],
  binaryen: ["compiler/wasm"],
  "ts-morph": ["compiler/package"],
  picocolors: ["compiler/diagnostics"],
  "fast-png": ["data"],
  fflate: ["data"],
  "jpeg-js": ["data"],
  papaparse: ["data"],
  "d3-scale": ["training"],
  "d3-shape": ["training"],
  pbf: ["training"],
};

/** Rooms on the line or beside it that touch files, processes or anything else of Node's: everything else gets a host. */
const touchesNode = ["language-server"];

/** @param {readonly string[]} rooms */
const within = (rooms) => `^(${rooms.map((room) => room.replaceAll(".", "\\.")).join("|")})(/|$)`;

/** Where one of these packages was found, or its bare name where it wasn't. @param {readonly string[]} names */
const foundPackage = (names) => `(^|/)node_modules/(${names.join("|")})/|^(${names.join("|")})$`;

const rooms = [...line.flat(), ...Object.keys(beside)];

const positions = line.flatMap((step, index) =>
  step.map((room) => ({ room, allowed: [room, ...line.slice(0, index).flat()] })),
);

/**
 * @typedef {import("dependency-cruiser").IRegularForbiddenRuleType} Rule
 * @type {(name: string, from: Rule["from"], to: Rule["to"]) => Rule}
 */
const forbid = (name, from, to) => ({ name, severity: "error", from, to });

/** @type {{ forbidden: Rule[] }} */
export const ruleSet = {
  forbidden: [
    forbid("no-cycles", {}, { circular: true }),
    ...[...positions, ...Object.entries(beside).map(([room, allowed]) => ({ room, allowed }))].map(
      ({ room, allowed }) =>
        forbid(
          `imports-of-${room}`,
          { path: within([room]) },
          { dependencyTypesNot: ["core"], pathNot: [within(allowed), "(^|/)node_modules/"] },
        ),
    ),
    forbid(
      "only-edges-touch-node",
      { path: within(rooms), pathNot: within(touchesNode) },
      { dependencyTypes: ["core"] },
    ),
    ...Object.entries(packages).map(([name, importers]) =>
      forbid(
        `only-importer-of-${name}`,
        { path: within(rooms), pathNot: within(importers) },
        { path: foundPackage([name]) },
      ),
    ),
    forbid(
      "no-other-packages",
      { path: within(rooms), pathNot: within(touchesNode) },
      {
        path: "(^|/)node_modules/|^[@a-z]",
        pathNot: [within([...rooms, ...free]), foundPackage(Object.keys(packages))],
        dependencyTypesNot: ["core"],
      },
    ),
    forbid("resolves", {}, { couldNotResolve: true }),
  ],
};

/** @type {import("dependency-cruiser").ICruiseOptions} */
export const options = {
  tsPreCompilationDeps: true,
  doNotFollow: { path: ["node_modules"] },
  exclude: { path: ["(^|/)(dist|fixtures|\\.cache)/"] },
};

/** Packages are found as Node finds them, by their `exports`. */
export const resolution = {
  exportsFields: ["exports"],
  conditionNames: ["import", "node", "default"],
  extensions: [".ts", ".mjs", ".js", ".d.ts"],
};

export default { ...ruleSet, options: { ...options, enhancedResolveOptions: resolution } };
