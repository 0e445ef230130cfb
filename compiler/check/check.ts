import type { FunctionDeclaration, TrainDeclaration, UnitDeclaration } from "../../grammar/ast.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { noFacts } from "../integers/index.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Builder, Module, Scope, Session, Supposed } from "./checker-types.ts";
import type { CheckHost, CheckOptions } from "./options.ts";
import { newContext } from "./context.ts";
import { bindHypers, symbolicHypers, type Hypers } from "./hypers.ts";
import { kindLabels } from "./instances.ts";
import { build } from "./instantiate.ts";
import { refuseMisplaced } from "./misplaced-statements.ts";
import { constantBuilder, loadModule } from "./modules.ts";
import { overrides } from "./overrides.ts";
import { checkPaths } from "./paths.ts";
import { preludeScope } from "./prelude.ts";
import { meaningOf } from "./rules.ts";
import { valueOf } from "./scope.ts";
import { tell } from "./session.ts";
import { listsOf, wayNames } from "./signature.ts";
import { haveOneNextValue } from "./state-updates.ts";
import { checkTraining } from "./train.ts";
import type { Body, Checked, CheckedModel } from "./typed.ts";
import { compareWeights } from "./weights.ts";

/**
 * Checks a source and all that it imports. Each model with its hyper-parameters' defaults (or what `options.set` says)
 * is instantiated; after that every declaration is checked by itself, with symbols for what it may be given.
 */
export function check(host: CheckHost, path: string, options: CheckOptions = {}): Checked {
  const session = newSession(host, options);
  const module = loadModule(path, session);
  if (module === undefined) {
    tell(session, "DLC2005", { message: `there is no file ${path}`, span: undefined });
    return { models: [], diagnostics: [...session.diagnostics.values()] };
  }
  const wanted = modelsOf(module, options, session);
  const models = wanted.flatMap(({ declaration, scope }) => {
    const model = checkModel(declaration, scope, session);
    if (model === undefined) return [];
    const trains = options.train === true ? trainsOf(declaration, module) : [];
    const [train, second] = trains;
    if (train === undefined) return [model];
    if (second !== undefined) {
      tell(session, "DLC2002", {
        message: `\`${declaration.name.text}\` is trained twice in this file`,
        span: second.model.span,
        notes: [{ text: "it is trained here", span: train.model.span }],
      });
      return [];
    }
    const hypers = hypersOf(declaration, scope, session, train);
    const training = hypers && checkTraining(train, { declaration, scope, hypers }, module, session);
    return training === undefined ? [] : [{ ...model, training }];
  });
  for (const one of session.modules.values()) if (!one.library) checkDeclarations(one, session);
  const diagnostics = [...session.diagnostics.values()];
  const broken = diagnostics.some(({ severity }) => severity === "error");
  const lost = wanted.find(({ declaration }) => !models.some(({ name }) => name === declaration.name.text));
  if (lost !== undefined && !broken)
    throw new Error(`bug: nothing is said of what is wrong with ${lost.declaration.name.text}`);
  return { models: broken ? [] : models, diagnostics };
}

function newSession(host: CheckHost, options: CheckOptions): Session {
  const diagnostics = new Map<string, Diagnostic>();
  return {
    host,
    options,
    modules: new Map(),
    bodies: new Map(),
    failed: new Set(),
    inProgress: new Set(),
    scans: { count: 0 },
    depth: { value: 0 },
    sites: new WeakMap(),
    supposed: {},
    diagnostics,
    certain: diagnostics,
    identities: new Map(),
    prelude: preludeScope(),
    evaluating: [],
    meaningOf,
  };
}

interface Model {
  readonly declaration: UnitDeclaration;
  /** The file that declares it. */
  readonly scope: Scope;
}

/** The models of a file, and those of others that it trains. */
function modelsOf(module: Module, options: CheckOptions, session: Session): readonly Model[] {
  const declared = new Map<UnitDeclaration, Model>();
  for (const declaration of module.file.declarations) {
    if (declaration.kind === "model") declared.set(declaration, { declaration, scope: module.scope });
    if (declaration.kind !== "train" || options.train !== true) continue;
    const trained = trainedBy(declaration, module);
    if (trained !== undefined) declared.set(trained.declaration, trained);
    else {
      const { text, span } = nameOfModel(declaration);
      tell(session, "DLC2001", { message: `there is no model \`${text}\` here`, span });
    }
  }
  const models = [...declared.values()];
  if (options.model === undefined) return models;
  const wanted = models.filter(({ declaration }) => declaration.name.text === options.model);
  if (wanted.length === 0) {
    tell(session, "DLC2013", {
      message: `there is no model \`${options.model}\` in ${module.path}`,
      span: undefined,
      help:
        models.length === 0
          ? ["it has no model"]
          : [`its models are ${models.map(({ declaration }) => declaration.name.text).join(", ")}`],
    });
  }
  return wanted;
}

function nameOfModel({ model }: TrainDeclaration): { readonly text: string; readonly span: Span } {
  const name = model.kind === "call" ? model.callee : model;
  return { text: name.kind === "name" ? name.text : "", span: name.span };
}

function trainedBy(train: TrainDeclaration, module: Module): Model | undefined {
  const value = module.scope.entities.get(nameOfModel(train).text)?.value;
  if (value?.kind !== "unit" || value.declaration.kind !== "model") return undefined;
  return { declaration: value.declaration, scope: value.scope };
}

function trainsOf(declaration: UnitDeclaration, module: Module): readonly TrainDeclaration[] {
  return module.file.declarations.filter(
    (one): one is TrainDeclaration =>
      one.kind === "train" && trainedBy(one, module)?.declaration === declaration,
  );
}

/** Hyper-parameters as they are set from outside, as `train` gives them, or by default. */
function hypersOf(
  declaration: UnitDeclaration,
  scope: Scope,
  session: Session,
  train?: TrainDeclaration,
): Hypers | undefined {
  const { hypers: formals } = listsOf(declaration);
  const set = overrides(declaration, formals, session);
  if (set === undefined) return undefined;
  const names = new Set(set.map((arg) => (arg.kind === "argument" ? arg.name?.text : undefined)));
  const given = train?.model.kind === "call" ? train.model.args : [];
  const args = [
    ...given.filter((arg) => arg.kind !== "argument" || !names.has(arg.name?.text) || arg.name === undefined),
    ...set,
  ];
  const context = newContext(constantBuilder(session, declaration.name.text), scope);
  return formals ? bindHypers(formals, args, scope, context, [], declaration.name.span) : new Map();
}

function checkModel(declaration: UnitDeclaration, scope: Scope, session: Session): CheckedModel | undefined {
  const hypers = hypersOf(declaration, scope, session);
  if (hypers === undefined) return undefined;
  const entries: Record<string, Body> = {};
  let complete = true;
  for (const entry of wayNames(declaration)) {
    const builder = entryBuilder(declaration, entry, scope, session);
    const result = build({ declaration, scope, hypers, entry }, "free", builder, undefined);
    if (result?.body === undefined || !haveOneNextValue(result.body, session)) complete = false;
    else entries[entry] = result.body;
  }
  if (!complete) return undefined;
  const model: CheckedModel = { name: declaration.name.text, span: declaration.name.span, entries };
  const tensors = checkPaths(model, session);
  const { weights } = session.options;
  if (weights !== undefined) {
    compareWeights(model, tensors, weights, session, (supposed) => shapesIf(supposed, declaration, session));
  }
  return model;
}

/** The shapes of a model's parameters if something of it were other than it is. */
function shapesIf(
  supposed: Supposed,
  { name }: UnitDeclaration,
  { host, options }: Session,
): ReadonlyMap<string, readonly number[]> {
  const session = { ...newSession(host, { ...options, weights: undefined }), supposed };
  const module = loadModule(name.span.source.path, session);
  const declaration = module?.file.declarations.find(
    (one) => one.kind === "model" && one.name.text === name.text,
  );
  if (module === undefined || declaration?.kind !== "model") return new Map();
  const model = checkModel(declaration, module.scope, session);
  if (model === undefined) return new Map();
  return new Map(checkPaths(model, session).map((tensor) => [tensor.path, tensor.owned.shape]));
}

function entryBuilder(declaration: UnitDeclaration, entry: string, scope: Scope, session: Session): Builder {
  const name = entry === "forward" ? declaration.name.text : `${declaration.name.text}.${entry}`;
  return {
    ...constantBuilder(session, name),
    identity: {},
    streams: { next: 0 },
    kinds: kindLabels(declaration, scope, session),
  };
}

/** D3.5: what a declaration says whatever it is given; what is undecided is left to its applications. */
function checkDeclarations(module: Module, session: Session): void {
  for (const declaration of module.file.declarations) {
    if (declaration.kind !== "train" || session.options.train === true) refuseMisplaced(declaration, session);
    if (declaration.kind === "constant") {
      const entity = module.scope.entities.get(declaration.name.text);
      if (entity !== undefined) valueOf(entity, session);
    }
    const { kind } = declaration;
    if (
      kind === "function" ||
      kind === "layer" ||
      kind === "model" ||
      kind === "optimizer" ||
      kind === "data"
    ) {
      checkDeclaration(declaration, module, session);
    }
  }
}

function checkDeclaration(
  declaration: FunctionDeclaration | UnitDeclaration,
  module: Module,
  session: Session,
): void {
  const { hypers, facts } = symbolicHypers(listsOf(declaration).hypers, noFacts);
  const entries = declaration.kind === "function" ? ["forward"] : wayNames(declaration);
  for (const entry of entries) {
    const builder: Builder = {
      ...constantBuilder(session, declaration.name.text),
      identity: {},
      mode: "declaration",
      facts,
      certain: facts,
      kinds: declaration.kind === "function" ? new Map() : kindLabels(declaration, module.scope, session),
    };
    build({ declaration, scope: module.scope, hypers, entry }, "free", builder, undefined);
  }
}
