/** Which files of the project use which: its imports, resolved to paths. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/** One import of a file. */
export interface Import {
  /** The file that imports, relative to the root, with forward slashes. */
  readonly from: string;
  /** The file that is imported, likewise; a package's name for what is not the project's. */
  readonly to: string;
  /** Whether nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
}

/**
 * Reads the imports of TypeScript files: static, dynamic and `require`, of values and of types.
 *
 * @param root folder that paths are relative to
 * @param files paths relative to it
 * @throws Error for a relative import that leads nowhere
 */
export function importsOf(root: string, files: readonly string[]): Import[] {
  return files.flatMap((from) => {
    const file = path.join(root, from);
    const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
    return specifiersIn(source).map(({ text, typeOnly }) => ({
      from,
      to: text.startsWith(".") ? relative(root, resolve(file, text)) : packageOf(text),
      typeOnly,
    }));
  });
}

/** A circle of files that import each other, types included, such as `a, b, a`; none when there is none. */
export function findCircle(imports: readonly Import[]): string[] | undefined {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) {
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const walk = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) {
      return [...trail.slice(trail.indexOf(file)), file];
    }
    if (done.has(file)) {
      return undefined;
    }
    for (const to of next.get(file) ?? []) {
      const circle = walk(to, [...trail, file]);
      if (circle) {
        return circle;
      }
    }
    done.add(file);
    return undefined;
  };
  return [...next.keys()].map((file) => walk(file, [])).find(Boolean);
}

interface Specifier {
  readonly text: string;
  readonly typeOnly: boolean;
}

function specifiersIn(source: ts.SourceFile): Specifier[] {
  const found: Specifier[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean) => {
    if (node && ts.isStringLiteral(node)) {
      found.push({ text: node.text, typeOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, isTypeOnly(node.importClause));
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (
      ts.isImportEqualsDeclaration(node) &&
      ts.isExternalModuleReference(node.moduleReference)
    ) {
      add(node.moduleReference.expression, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    } else if (ts.isCallExpression(node) && isLoad(node.expression)) {
      add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) {
    return false;
  }
  const named = clause.namedBindings;
  const onlyTypes =
    !clause.name &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.every(({ isTypeOnly }) => isTypeOnly);
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || onlyTypes;
}

function isLoad(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === "require")
  );
}

function resolve(from: string, specifier: string): string {
  const base = path.resolve(path.dirname(from), specifier);
  const candidates = [
    base,
    `${base}.ts`,
    `${base}.tsx`,
    base.replace(/\.js$/, ".ts"),
    path.join(base, "index.ts"),
  ];
  const found = candidates.find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile());
  if (!found) {
    throw new Error(`${from} imports ${specifier}, which is nowhere`);
  }
  return found;
}

function relative(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join("/");
}

/** `@pulumi/kubernetes/types` is of the package `@pulumi/kubernetes`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
