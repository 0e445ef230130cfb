import type { FunctionDeclaration, UnitDeclaration } from "../../grammar/ast.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { noFacts } from "../integers/index.ts";
import type { Builder, Module, Session } from "./checker-types.ts";
import type { CheckHost, CheckOptions } from "./options.ts";
import { newContext } from "./context.ts";
import { bindHypers, symbolicHypers } from "./hypers.ts";
import { kindLabels } from "./instances.ts";
import { build } from "./instantiate.ts";
import { constantBuilder, loadModule } from "./modules.ts";
import { overrides } from "./overrides.ts";
import { checkPaths } from "./paths.ts";
import { preludeScope } from "./prelude.ts";
import { meaningOf } from "./rules.ts";
import { valueOf } from "./scope.ts";
import { tell } from "./session.ts";
import { listsOf, wayNames } from "./signature.ts";
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
  const models = modelsOf(module, options, session).flatMap((declaration) => {
    const model = checkModel(declaration, module, session);
    return model === undefined ? [] : [model];
  });
  for (const one of session.modules.values()) if (!one.library) checkDeclarations(one, session);
  const diagnostics = [...session.diagnostics.values()];
  const broken = diagnostics.some(({ severity }) => severity === "error");
  return { models: broken ? [] : models, diagnostics };
}

export function newSession(host: CheckHost, options: CheckOptions): Session {
  const diagnostics = new Map<string, Diagnostic>();
  return {
    host,
    options,
    modules: new Map(),
    bodies: new Map(),
    failed: new Set(),
    inProgress: new Set(),
    depth: { value: 0 },
    sites: new WeakMap(),
    imageSize: undefined,
    diagnostics,
    certain: diagnostics,
    identities: new Map(),
    prelude: preludeScope(),
    evaluating: [],
    meaningOf,
  };
}

function modelsOf(module: Module, options: CheckOptions, session: Session): readonly UnitDeclaration[] {
  const models = module.file.declarations.filter(
    (declaration): declaration is UnitDeclaration => declaration.kind === "model",
  );
  if (options.model === undefined) return models;
  const wanted = models.filter(({ name }) => name.text === options.model);
  if (wanted.length === 0) {
    tell(session, "DLC2013", {
      message: `there is no model \`${options.model}\` in ${module.path}`,
      span: undefined,
      help:
        models.length === 0
          ? ["it has no model"]
          : [`its models are ${models.map(({ name }) => name.text).join(", ")}`],
    });
  }
  return wanted;
}

function checkModel(
  declaration: UnitDeclaration,
  module: Module,
  session: Session,
): CheckedModel | undefined {
  const { hypers: formals } = listsOf(declaration);
  const { scope } = module;
  const args = overrides(declaration, formals, session);
  if (args === undefined) return undefined;
  const context = newContext(constantBuilder(session, declaration.name.text), scope);
  const hypers = formals ? bindHypers(formals, args, scope, context, [], declaration.name.span) : new Map();
  if (hypers === undefined) return undefined;
  const entries: Record<string, Body> = {};
  let complete = true;
  for (const entry of wayNames(declaration)) {
    const builder = entryBuilder(declaration, entry, module, session);
    const result = build({ declaration, scope, hypers, entry }, "free", builder, undefined);
    if (result?.body === undefined) complete = false;
    else entries[entry] = result.body;
  }
  if (!complete) return undefined;
  const model: CheckedModel = { name: declaration.name.text, span: declaration.name.span, entries };
  const tensors = checkPaths(model, session);
  const { weights } = session.options;
  if (weights !== undefined) {
    compareWeights(model, tensors, weights, session, (size) => shapesAt(size, declaration, module, session));
  }
  return model;
}

/** The shapes of a model's parameters if images had another height and width. */
function shapesAt(
  size: number,
  { name }: UnitDeclaration,
  { path }: Module,
  { host, options }: Session,
): ReadonlyMap<string, readonly number[]> {
  const session = { ...newSession(host, { ...options, weights: undefined }), imageSize: size };
  const module = loadModule(path, session);
  const declaration = module?.file.declarations.find(
    (one) => one.kind === "model" && one.name.text === name.text,
  );
  if (module === undefined || declaration?.kind !== "model") return new Map();
  const model = checkModel(declaration, module, session);
  if (model === undefined) return new Map();
  return new Map(checkPaths(model, session).map((tensor) => [tensor.path, tensor.owned.shape]));
}

function entryBuilder(
  declaration: UnitDeclaration,
  entry: string,
  module: Module,
  session: Session,
): Builder {
  const name = entry === "forward" ? declaration.name.text : `${declaration.name.text}.${entry}`;
  return {
    ...constantBuilder(session, name),
    identity: {},
    kinds: kindLabels(declaration, module.scope, session),
  };
}

/** D3.5: what a declaration says whatever it is given; what is undecided is left to its applications. */
function checkDeclarations(module: Module, session: Session): void {
  for (const declaration of module.file.declarations) {
    if (declaration.kind === "constant") {
      const entity = module.scope.entities.get(declaration.name.text);
      if (entity !== undefined) valueOf(entity, session);
    }
    if (declaration.kind === "function" || declaration.kind === "layer" || declaration.kind === "model") {
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
      kinds: declaration.kind === "function" ? new Map() : kindLabels(declaration, module.scope, session),
    };
    build({ declaration, scope: module.scope, hypers, entry }, "free", builder, undefined);
  }
}
