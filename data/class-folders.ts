import { DataError } from "./data-error.ts";
import type { HostEntry } from "./host.ts";
import { guard } from "./open-bytes.ts";
import { badArgument, readArguments, type Reading } from "./reading.ts";

/** The files of a folder, by class. */
export interface ClassFiles {
  /** Nothing where the files lie in no class. */
  readonly classes: readonly string[] | undefined;
  /** In the order of classes, then of names. */
  readonly files: readonly { readonly path: string; readonly label: number }[];
}

/** The entries of a folder whose names don't begin with a dot, in the order of code units. */
export async function listFolder({ host }: Reading, path: string): Promise<readonly HostEntry[] | undefined> {
  const entries = await guard(path, () => host.list(path));
  return entries
    ?.filter(({ name }) => !name.startsWith("."))
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

/**
 * The files of a folder that has a folder for each class, `flowers/daisy/1.png`, the classes in the order of their names'
 * code units (as torchvision's ImageFolder and Keras number them) or as the argument `classes` lists them; or the files
 * of a folder without folders.
 */
export async function classFolders(
  reading: Reading,
  what: string,
  isTaken: (name: string) => boolean,
): Promise<ClassFiles> {
  const { path } = reading;
  const listed = readArguments(reading).texts("classes");
  const entries = await listFolder(reading, path);
  if (entries === undefined) throw new DataError("DLC6101", path, "there is no such folder");
  const folders = entries.filter(({ kind }) => kind === "folder").map(({ name }) => name);
  if (folders.length === 0 && listed === undefined) {
    const files = entries
      .filter(({ kind, name }) => kind === "file" && isTaken(name))
      .map(({ name }) => ({ path: `${path}/${name}`, label: 0 }));
    if (files.length === 0) throw new DataError("DLC6102", path, `holds no ${what} and no folder`);
    return { classes: undefined, files };
  }
  const classes = listed ?? folders;
  const other = folders.find((folder) => !classes.includes(folder));
  if (other !== undefined) throw badArgument(path, `has a folder ${other} that classes doesn't list`);
  const files: { path: string; label: number }[] = [];
  for (const [label, name] of classes.entries()) {
    const folder = `${path}/${name}`;
    if (!folders.includes(name)) throw new DataError("DLC6101", folder, "there is no such folder");
    const inside = (await listFolder(reading, folder)) ?? [];
    const taken = inside.filter((entry) => entry.kind === "file" && isTaken(entry.name));
    if (taken.length === 0) throw new DataError("DLC6102", folder, `this folder of a class holds no ${what}`);
    for (const entry of taken) files.push({ path: `${folder}/${entry.name}`, label });
  }
  return { classes, files };
}
