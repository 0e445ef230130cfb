import type { Index, LoopExpr, Loops, LoopStatement, Register } from "./loops.ts";

/**
 * Code as `dlc inspect --stage loops` shows it: f32x4 values, addresses in bytes, `+8` a displacement. `x[a]:4` loads
 * four neighbours, `x[a]:splat` one element into all lanes.
 */
export function printLoops(loops: Loops): string {
  const scratch = loops.scratch.map(({ name, bytes, space }) => `  ${space} ${name}: ${bytes} bytes`);
  const args = [...loops.operands, ...loops.dims].join(", ");
  return [`code ${loops.name}(${args})`, ...scratch, ...printBlock(loops.body, "  ")].join("\n");
}

function printBlock(statements: readonly LoopStatement[], indent: string): readonly string[] {
  return statements.flatMap((statement) => printStatement(statement, indent));
}

function printStatement(statement: LoopStatement, indent: string): readonly string[] {
  switch (statement.kind) {
    case "for": {
      const { name, from, to, step, bind, inductions, outlined, body } = statement;
      const words = [outlined ? "outlined " : "", bind === "serial" ? "" : `${bind} `].join("");
      const by = step === 1 ? "" : ` by ${step}`;
      const pointers = inductions.map(
        (each) => `, ${each.name} from ${printIndex(each.from)} by ${printIndex(each.step)}`,
      );
      const head = `${words}for ${name} in ${printIndex(from)}..${printIndex(to)}${by}${pointers.join("")}`;
      return [`${indent}${head}`, ...printBlock(body, `${indent}  `)];
    }
    case "let":
    case "var":
      return [`${indent}${statement.kind} ${statement.name} = ${printExpression(statement.value)}`];
    case "index":
      return [`${indent}index ${statement.name} = ${printIndex(statement.value)}`];
    case "assign":
      return [`${indent}${statement.name} = ${printExpression(statement.value)}`];
    case "store": {
      const width = statement.access === "contiguous" ? ":4" : "";
      const place = printAddress(statement.operand, statement.address, statement.displacement);
      return [`${indent}${place}${width} = ${printExpression(statement.value)}`];
    }
    case "if": {
      const otherwise = printBlock(statement.otherwise, `${indent}  `);
      return [
        `${indent}if ${printExpression(statement.condition)}`,
        ...printBlock(statement.then, `${indent}  `),
        ...(otherwise.length === 0 ? [] : [`${indent}else`, ...otherwise]),
      ];
    }
    case "while":
      return [
        `${indent}while ${printExpression(statement.condition)}`,
        ...printBlock(statement.body, `${indent}  `),
      ];
    case "barrier":
      return [`${indent}barrier`];
    default:
      return statement satisfies never;
  }
}

function printExpression(expr: LoopExpr): string {
  switch (expr.kind) {
    case "constant":
      return `${Object.is(expr.value, -0) ? "-0" : expr.value}${suffix(expr.register)}`;
    case "ramp":
      return "ramp";
    case "local":
      return expr.name;
    case "index":
      return printIndex(expr.value);
    case "load": {
      const width = { contiguous: ":4", splat: ":splat", single: "" }[expr.access];
      return `${printAddress(expr.operand, expr.address, expr.displacement)}${width}`;
    }
    case "load-strided":
      return `${printAddress(expr.operand, expr.address, expr.displacement)}:4 by ${expr.stride}`;
    case "apply":
      return `${expr.fn}(${expr.operands.map(printExpression).join(", ")})`;
    case "select": {
      const parts = [expr.condition, expr.then, expr.otherwise];
      return `select(${parts.map(printExpression).join(", ")})`;
    }
    case "splat":
      return `splat(${printExpression(expr.operand)})`;
    case "pack":
      return `pack(${expr.operands.map(printExpression).join(", ")})`;
    case "lane":
      return `${printExpression(expr.operand)}.${expr.lane}`;
    case "shuffle":
      return `${expr.pattern}(${printExpression(expr.operand)})`;
    default:
      return expr satisfies never;
  }
}

function suffix({ type, lanes }: Register): string {
  return lanes === 4 ? `:${type}x4` : type === "f32" ? "" : `:${type}`;
}

function printAddress(operand: string, address: Index, displacement: number): string {
  return `${operand}[${printIndex(address)}${displacement === 0 ? "" : ` +${displacement}`}]`;
}

const symbols = { add: "+", multiply: "*", divideFloor: "/" } as const;

function printIndex(index: Index): string {
  switch (index.kind) {
    case "constant":
      return String(index.value);
    case "local":
    case "dim":
      return index.name;
    case "base":
      return `&${index.operand}`;
    case "add":
    case "multiply":
    case "divideFloor":
      return `(${printIndex(index.left)} ${symbols[index.kind]} ${printIndex(index.right)})`;
    case "minimum":
    case "maximum":
      return `${index.kind}(${printIndex(index.left)}, ${printIndex(index.right)})`;
    default:
      return index satisfies never;
  }
}
