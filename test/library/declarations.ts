import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "../..");

/** A type or value by the file it is declared in: `path#name`. */
export type Declared = string;

/** The declarations the compiler emits for the package, with what each of them names. */
export class Declarations {
  readonly #folder: string;
  readonly #files = new Map<string, DeclarationFile>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async emit(entry: string): Promise<Declarations> {
    const folder = mkdtempSync(join(tmpdir(), "assay-declarations-"));
    const config = {
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        outDir: join(folder, "out"),
        rootDir: ROOT,
        typeRoots: [join(ROOT, "node_modules/@types")],
      },
      include: [],
      files: [join(ROOT, entry)],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    // Declarations are emitted also where the checker has something to say; that is for the checker's own stage.
    const arguments_ = [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder];
    await promisify(execFile)(process.execPath, arguments_).catch(() => undefined);
    return new Declarations(folder);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What a source file exports, by name, as it is declared. */
  exportsOf(source: string): ReadonlyMap<string, Declared> {
    const exported = new Map<string, Declared>();
    const { stars, named, own } = this.#file(source);
    for (const star of stars) for (const [name, declared] of this.exportsOf(star)) exported.set(name, declared);
    for (const [name, from] of named) exported.set(name, this.#origin(from.file, from.name));
    for (const [name, { isExported }] of own) if (isExported) exported.set(name, `${source}#${name}`);
    return exported;
  }

  /** True for a type that its file exports; others are a file's own affair, and values need no name in a type. */
  isNamedType(declared: Declared): boolean {
    const [source = "", name = ""] = declared.split("#");
    const found = this.#file(source).own.get(name);
    return (
      found?.isExported === true && /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class) /.test(found.text)
    );
  }

  /** What a declaration names, of this package. */
  namedBy(declared: Declared): readonly Declared[] {
    const [source = "", name = ""] = declared.split("#");
    const { own, imports } = this.#file(source);
    const text = own.get(name)?.text ?? "";
    const direct = [...text.matchAll(/import\("([^"]+)"\)\.(\w+)/g)].map(([, path = "", type = ""]) =>
      this.#origin(place(source, path), type),
    );
    const words = new Set(text.match(/(?<![.\w])[A-Za-z_]\w*/g));
    const found = [...words].flatMap((word) => {
      const from = imports.get(word);
      if (from !== undefined) return [this.#origin(from.file, from.name)];
      return own.has(word) && word !== name && /^[A-Z]/.test(word) ? [`${source}#${word}`] : [];
    });
    return [...direct, ...found].filter((each) => !each.startsWith("/outside"));
  }

  #origin(file: string, name: string): Declared {
    return file.startsWith("/outside") ? file : (this.exportsOf(file).get(name) ?? `${file}#${name}`);
  }

  #file(source: string): DeclarationFile {
    const path = join(this.#folder, "out", source.replace(/\.ts$/, ".d.ts"));
    const known = this.#files.get(source) ?? read(source, existsSync(path) ? readFileSync(path, "utf8") : "");
    this.#files.set(source, known);
    return known;
  }
}

interface Origin {
  readonly file: string;
  readonly name: string;
}

interface DeclarationFile {
  readonly stars: readonly string[];
  readonly named: ReadonlyMap<string, Origin>;
  readonly imports: ReadonlyMap<string, Origin>;
  readonly own: ReadonlyMap<string, { readonly text: string; readonly isExported: boolean }>;
}

function read(source: string, content: string): DeclarationFile {
  const text = content.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const listed = (pattern: RegExp): ReadonlyMap<string, Origin> =>
    new Map(
      [...text.matchAll(pattern)].flatMap(([, list = "", path = ""]) =>
        list.split(",").flatMap((item) => {
          const [, name = "", alias = name] = /^\s*(?:type\s+)?(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(item) ?? [];
          return name === "" ? [] : [[alias, { file: place(source, path), name }] as const];
        }),
      ),
    );
  const starts = [...text.matchAll(DECLARATION)];
  const own = starts.map(({ index, 1: exported, 2: name = "" }, at) => {
    const declaration = text.slice(index, starts[at + 1]?.index).replaceAll(/(?<!import\()"[^"\n]*"/g, '""');
    return [name, { text: declaration, isExported: exported !== undefined }] as const;
  });
  return {
    stars: [...text.matchAll(/^export (?:type )?\* from "([^"]+)"/gm)].map(([, path = ""]) => place(source, path)),
    named: listed(/^export (?:type )?\{([^}]*)\} from "([^"]+)"/gm),
    imports: listed(/^import (?:type )?\{([^}]*)\} from "([^"]+)"/gm),
    own: new Map(own),
  };
}

const DECLARATION = /^(export )?(?:declare )?(?:abstract )?(?:interface|type|class|function\*?|const|enum) (\w+)/gm;

/** Where an import of a source file leads, from the root; packages are outside. */
const place = (source: string, path: string): string =>
  path.startsWith(".") ? resolve("/", dirname(source), path).slice(1) : `/outside/${path}`;
