import type { Derivative } from "./builder.ts";
import { derivatives } from "./derivatives.ts";
import { isFloat, type Dtype } from "./dtype.ts";
import type { Expansion } from "./expansion.ts";
import { expansions } from "./expansions.ts";
import { floatMeaning, integerMeaning, type Meaning } from "./meaning.ts";
import { scalarNames, type ScalarName } from "./names.ts";

/** All operands of a function have one dtype. A `number` is f32, f16 or i32; u8 and i8 are i32 once read. */
export interface Signature {
  readonly operands: 1 | 2;
  readonly of: "float" | "number" | "bool" | "any";
  readonly result: "same" | "bool";
}

const unary = { operands: 1, of: "number", result: "same" } as const;
const binary = { operands: 2, of: "number", result: "same" } as const;
const unaryFloat = { operands: 1, of: "float", result: "same" } as const;
const ordering = { operands: 2, of: "number", result: "bool" } as const;
const equality = { operands: 2, of: "any", result: "bool" } as const;
const logic = { operands: 2, of: "bool", result: "bool" } as const;

const signatures: Readonly<Record<ScalarName, Signature>> = {
  add: binary,
  subtract: binary,
  multiply: binary,
  divide: binary,
  negate: unary,
  power: { operands: 2, of: "float", result: "same" },
  remainder: binary,
  floor: unary,
  ceil: unary,
  abs: unary,
  sign: unary,
  sqrt: unaryFloat,
  exp: unaryFloat,
  log: unaryFloat,
  sin: unaryFloat,
  cos: unaryFloat,
  tanh: unaryFloat,
  erf: unaryFloat,
  minimum: binary,
  maximum: binary,
  equal: equality,
  notEqual: equality,
  less: ordering,
  lessEqual: ordering,
  greater: ordering,
  greaterEqual: ordering,
  and: logic,
  or: logic,
  not: { operands: 1, of: "bool", result: "bool" },
  stop: { operands: 1, of: "any", result: "same" },
};

/** All that is known of one scalar function. */
export interface ScalarFunction {
  readonly signature: Signature;
  /** Its value in f64, for floats and bools. */
  readonly meaning: Meaning;
  /** Its value on i32, where that differs. */
  readonly integerMeaning?: Meaning;
  /** For each operand; `undefined` where nothing flows. */
  readonly derivatives: readonly (Derivative | undefined)[];
  /** In f32 by simple operations, for targets that lack it. */
  readonly expansion?: Expansion;
}

const expansionOf: Readonly<Partial<Record<ScalarName, Expansion>>> = expansions;

function entry(name: ScalarName): [ScalarName, ScalarFunction] {
  const integer = integerMeaning[name];
  const expansion = expansionOf[name];
  return [
    name,
    {
      signature: signatures[name],
      meaning: floatMeaning[name],
      ...(integer && { integerMeaning: integer }),
      derivatives: derivatives[name],
      ...(expansion && { expansion }),
    },
  ];
}

const table: ReadonlyMap<ScalarName, ScalarFunction> = new Map(scalarNames.map(entry));

export function scalarFunction(name: ScalarName): ScalarFunction {
  const found = table.get(name);
  if (found === undefined) throw new Error(`bug: no scalar function ${name}`);
  return found;
}

const accepts = {
  float: isFloat,
  number: (dtype) => isFloat(dtype) || dtype === "i32",
  bool: (dtype) => dtype === "bool",
  any: (dtype) => isFloat(dtype) || dtype === "i32" || dtype === "bool",
} as const satisfies Record<Signature["of"], (dtype: Dtype) => boolean>;

/** The dtype of a result; undefined where the function does not take these operands. */
export function resultDtype(name: ScalarName, operands: readonly Dtype[]): Dtype | undefined {
  const { signature } = scalarFunction(name);
  const [first] = operands;
  if (first === undefined || operands.length !== signature.operands) return undefined;
  if (!accepts[signature.of](first) || operands.some((dtype) => dtype !== first)) return undefined;
  return signature.result === "bool" ? "bool" : first;
}
