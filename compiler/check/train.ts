import type { Equation, Statement, Target, TrainDeclaration, UnitDeclaration } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import { leadingRows } from "./accumulate.ts";
import type { TrainingSettings } from "../graph/graph.ts";
import { constantOf } from "../integers/index.ts";
import { applyValue } from "./apply.ts";
import { defineStatements } from "./block.ts";
import type {
  Builder,
  Entity,
  InstanceValue,
  Module,
  Output,
  Scope,
  Session,
  Value,
} from "./checker-types.ts";
import { newContext } from "./context.ts";
import { evaluateEquation } from "./equations.ts";
import { expectArray } from "./expect.ts";
import { boundedDims } from "./free-inputs.ts";
import { named } from "./hoist.ts";
import type { Hypers } from "./hypers.ts";
import { kindLabels } from "./instances.ts";
import { insideOf } from "./members.ts";
import { constantBuilder } from "./modules.ts";
import { stored } from "./numbers.ts";
import { prune } from "./prune.ts";
import { define, find, known, lazy, newScope, valueOf } from "./scope.ts";
import { entriesOf, wayInto } from "./signature.ts";
import { walk } from "./syntax-walk.ts";
import { examplesOf } from "./train-data.ts";
import { fieldOf, warnOfFields } from "./train-fields.ts";
import { defineStepInputs } from "./train-inputs.ts";
import { settingsOf } from "./train-settings.ts";
import { lacking, reportAxes, trainStep, type TrainPurpose } from "./train-step.ts";
import type { Body, CheckedData, CheckedTraining } from "./typed.ts";
import { errorValue } from "./value.ts";
import { haveOneNextValue } from "./state-updates.ts";
import { checkWhere, defineWhere } from "./where.ts";

/** What is trained: a model with its hyper-parameters. */
interface Trained {
  readonly declaration: UnitDeclaration;
  readonly scope: Scope;
  readonly hypers: Hypers;
}

/** A `train` block: the body of a step, and that by which its progress is judged (D1.8). */
export function checkTraining(
  train: TrainDeclaration,
  trained: Trained,
  module: Module,
  session: Session,
): CheckedTraining | undefined {
  warnOfFields(train, session);
  const examples = examplesOf(train, trained.hypers, module, session);
  if (examples === undefined) return undefined;
  const { data, test } = examples;
  const step = bodyOf(train, trained, data, module, session, "step");
  const evaluation = bodyOf(train, trained, data, module, session, "evaluate");
  if (step === undefined || evaluation === undefined) return undefined;
  if (!haveOneNextValue(step.body, session)) return undefined;
  const { numbers } = step;
  const { batch, epochs = 1, seed = 0, accumulate = 1, patience } = numbers;
  if (batch === undefined) {
    lacking(train, "how many rows make a batch", "write `batch = 64`", session);
    return undefined;
  }
  const adding = accumulate > 1 ? bodyOf(train, trained, data, module, session, "accumulate") : undefined;
  if (accumulate > 1 && adding === undefined) return undefined;
  return {
    step: step.body,
    ...(adding && { accumulate: adding.body }),
    evaluate: evaluation.body,
    settings: { batch, epochs, seed, accumulate, ...(patience !== undefined && { patience }) },
    ...(data && { data }),
    ...(test && { test }),
  };
}

interface TrainBody {
  readonly body: Body;
  readonly numbers: Partial<TrainingSettings>;
}

function bodyOf(
  train: TrainDeclaration,
  { declaration, scope: outer, hypers }: Trained,
  data: CheckedData | undefined,
  module: Module,
  session: Session,
  purpose: TrainPurpose,
): TrainBody | undefined {
  const training = purpose !== "evaluate";
  const builder: Builder = {
    ...constantBuilder(session, `train ${declaration.name.text}`),
    identity: {},
    training,
    streams: { next: 0 },
    // Unlabelled optimizers of the block are numbered as the layers of a declaration are.
    kinds: kindLabels({ ...declaration, body: train.body }, module.scope, session),
  };
  const around = newScope(module.scope, builder);
  const model: InstanceValue = {
    kind: "instance",
    declaration,
    scope: outer,
    hypers,
    path: { root: "own", labels: [] },
    entry: "forward",
    span: declaration.name.span,
    made: "",
  };
  defineModel(model, around, builder);
  const scope = newScope(around, builder);
  const context = newContext(builder, scope);
  if (!defineStepInputs(train, data, scope, builder)) return undefined;
  const rows = leadingRows(builder.inputs);
  defineWhere(train.where, scope, context);
  if (!checkWhere(train.where, context, undefined).holds) return undefined;
  const all = train.body.statements.filter((one) => fieldOf(one) !== "test");
  // Where nothing is changed, an instance is after a step what it was before.
  const statements = training ? all : all.filter((one) => !changes(one) && fieldOf(one) !== "optimizer");
  for (const { name } of training ? [] : all.flatMap(targetsOf).filter(({ primed }) => primed)) {
    const make = (): Value => {
      const before = find(name.text, scope);
      return before === undefined ? errorValue : valueOf(before.entity, session);
    };
    define(session, scope, lazy(`${name.text}'`, name.span, make));
  }
  const metrics = new Map<string, Entity>();
  defineStatements({ ...train.body, statements }, declaration, scope, builder, []);
  for (const statement of statements) {
    if (statement.kind !== "metric") continue;
    const { name, value, span, doc } = statement;
    const target = { kind: "target", name, primed: false, binders: [], type: undefined, span } as const;
    const equation: Equation = { kind: "equation", doc, targets: [target], value, alias: undefined, span };
    const make = (): Value => evaluateEquation(equation, target, scope, builder, undefined);
    const entity = { ...lazy(name.text, name.span, make), equation: value };
    // What a metric is called is for whoever reads it: `metric accuracy = accuracy(logits, label)` hides nothing.
    const isOfFile = find(name.text, scope)?.scope === module.scope && !metrics.has(name.text);
    if (!isOfFile) define(session, scope, entity);
    metrics.set(name.text, entity);
  }
  defineOutputs(model, scope, builder, train.model.span);
  for (const entity of [...scope.entities.values()]) {
    if (entity.unasked !== true) valueOf(entity, session);
  }
  for (const entity of metrics.values()) valueOf(entity, session);
  const numbers = settingsOf(scope, session);
  if (numbers === undefined) return undefined;
  if (training && !trainStep(train, { model, purpose, rows, ...numbers }, scope, builder)) return undefined;
  const loss = scope.entities.get("loss");
  const wanted = new Map([...(loss ? [["loss", loss] as const] : []), ...metrics]);
  const outputs = [...wanted.values()].map((entity) => outputOf(entity, scope, builder));
  if (!outputs.every((output) => output !== undefined)) return undefined;
  return { body: prune(builder, outputs, train.span, boundedDims(builder), []), numbers };
}

function targetsOf(statement: Statement): readonly Target[] {
  return statement.kind === "equation" ? statement.targets : [];
}

function changes(statement: Statement): boolean {
  return targetsOf(statement).some(({ primed }) => primed);
}

/** The names that a training block has from its model. */
function defineModel(model: InstanceValue, scope: Scope, builder: Builder): void {
  const { declaration, hypers } = model;
  scope.entities.set("model", known("model", undefined, model));
  for (const [name, value] of hypers) scope.entities.set(name, known(name, declaration.name.span, value));
  for (const entry of entriesOf(declaration)) {
    const { name } = entry;
    scope.entities.set(name.text, known(name.text, name.span, { ...model, entry: name.text }));
  }
  const instance = (name: { readonly text: string; readonly span: Span }): void => {
    const make = (): Value => insideOf(model, { kind: "name", ...name }, newContext(builder, scope));
    if (!scope.entities.has(name.text)) scope.entities.set(name.text, lazy(name.text, name.span, make));
  };
  // An output is a tensor also where it is computed by a call.
  const outputs = new Set(wayInto(declaration, "forward")?.results.map(({ name }) => name.text));
  for (const statement of declaration.body.statements) {
    if (statement.kind !== "equation") continue;
    const [target, second] = statement.targets;
    const { value } = statement;
    if (
      second === undefined &&
      target?.binders.length === 0 &&
      !outputs.has(target.name.text) &&
      (value.kind === "call" || value.kind === "list")
    ) {
      instance(target.name);
    }
    walk(value, (expr) => {
      if (expr.kind !== "pipe") return undefined;
      for (const { label } of expr.stages) if (label?.kind === "name") instance(label);
      return undefined;
    });
  }
}

/** A model without entries all of whose inputs are named like outputs of the data is applied to them. */
function defineOutputs(model: InstanceValue, scope: Scope, builder: Builder, span: Span): void {
  const { declaration } = model;
  const way = wayInto(declaration, "forward");
  if (way === undefined || entriesOf(declaration).length > 0) return;
  const inputs = way.inputs.map(({ name }) => scope.entities.get(name.text));
  if (!inputs.every((input) => input !== undefined)) return;
  const context = newContext(builder, scope);
  const whole = lazy("model", span, () =>
    applyValue({
      callee: model,
      args: inputs.map((input) => valueOf(input, builder.session)),
      named: new Map(),
      context,
      span,
      name: "model",
    }),
  );
  way.results.forEach(({ name }) => {
    if (find(name.text, scope)?.scope.prelude === false) return;
    const make = (): Value => {
      const value = valueOf(whole, builder.session);
      return value.kind === "results" ? (value.results.get(name.text) ?? errorValue) : value;
    };
    const equation = { kind: "name", text: "model", span } as const;
    scope.entities.set(name.text, { ...lazy(name.text, name.span, make), unasked: true, equation });
  });
}

function outputOf(entity: Entity, scope: Scope, builder: Builder): Output | undefined {
  const { name } = entity;
  if (entity.span === undefined) return undefined;
  const context = newContext(builder, scope);
  const value = valueOf(entity, builder.session);
  const array = value.kind === "error" ? undefined : expectArray(value, context, entity.span);
  if (array === undefined) return undefined;
  // Counts may be many, as those of a confusion matrix: over several batches they add up.
  const isCounts = array.type === "i32" && array.shape.every((size) => constantOf(size) !== undefined);
  if (array.shape.length > 0 && (name === "loss" || !isCounts)) {
    reportAxes(name, array, entity.span, builder.session);
    return undefined;
  }
  const bound = named(array, name, context, entity.span);
  if (bound.operand === undefined) return undefined;
  const { operand, shape, type } = bound;
  return { name, operand, dtype: stored(type, context), shape, span: entity.span };
}
