import type { Block, Declaration, FunctionDeclaration, Statement } from "../../grammar/ast.ts";
import type { Session } from "./checker-types.ts";
import { tell } from "./session.ts";

type Placed = Extract<Statement["kind"], "param" | "state" | "entry" | "metric">;

/** What a block belongs to, in the words of a message, and the statements beside equations that it may have. */
interface Owner {
  readonly name: string;
  readonly may: readonly Placed[];
}

const owners = {
  function: { name: "a function", may: [] },
  layer: { name: "a layer", may: ["param", "state", "entry"] },
  model: { name: "a model", may: ["param", "state", "entry"] },
  optimizer: { name: "an optimizer", may: ["state"] },
  data: { name: "a data declaration", may: [] },
  train: { name: "a train block", may: ["metric"] },
  entry: { name: "an entry", may: ["param", "state"] },
  scan: { name: "a scan", may: [] },
  repeat: { name: "a repetition", may: ["param", "state"] },
} as const satisfies Record<string, Owner>;

const help: Readonly<Record<Placed, string>> = {
  param: "layers and models have parameters; a number that is chosen is an equation or a hyper-parameter",
  state: "layers, models and optimizers have states",
  entry: "layers and models have entries; something that is computed in several places is a `fn`",
  metric: "metrics stand in a `train` block; elsewhere write an equation",
};

/** Tells of statements where nobody would ask for them: they would be passed over in silence. */
export function refuseMisplaced(declaration: Declaration, session: Session): void {
  switch (declaration.kind) {
    case "function":
      refuseInFunction(declaration, session);
      return;
    case "layer":
    case "model":
    case "optimizer":
    case "data":
    case "train":
      refuseIn(declaration.body, owners[declaration.kind], session);
      return;
    default:
      return;
  }
}

function refuseInFunction({ name, body }: FunctionDeclaration, session: Session): void {
  if (body.kind !== "block") return;
  const owned = body.statements.filter(({ kind }) => kind === "param" || kind === "state");
  for (const { kind, span } of owned) {
    tell(session, "DLC2016", {
      message: `a function owns nothing, but \`${name.text}\` has a ${kind}`,
      span,
      help: ["declare it with `layer`"],
    });
  }
  refuseIn(
    { ...body, statements: body.statements.filter((one) => !owned.includes(one)) },
    owners.function,
    session,
  );
}

function refuseIn({ statements }: Block, owner: Owner, session: Session): void {
  for (const statement of statements) {
    const { kind } = statement;
    if (kind === "function") refuseMisplaced(statement, session);
    if (kind === "entry" || kind === "scan" || kind === "repeat")
      refuseIn(statement.body, owners[kind], session);
    if (kind !== "param" && kind !== "state" && kind !== "entry" && kind !== "metric") continue;
    if (owner.may.includes(kind)) continue;
    tell(session, "DLC2020", {
      message: `${owner.name} has no \`${kind}\``,
      span: statement.name.span,
      help: [help[kind]],
    });
  }
}
