/** What a look for drift found, as people read it. */
import pc from "picocolors";
import type { Author, Finding } from "../../cluster/drift/compare";
import { showPath, type Path } from "../../cluster/drift/paths";
import { isMap } from "../../config/values";
import { objectName } from "../../plan/objects";
import type { StackDrift } from "./look";

/** Characters of a value that are shown. */
const LENGTH = 60;

/** Environment variables whose values are nobody else's business, also where they are in the clear. */
const SECRET_NAME = /key|password|secret|token|credential/i;

/** Whether something is not as it was made. */
export function hasDrifted({ drifted, lost, moved }: StackDrift): boolean {
  return drifted.length + lost.length + moved.length > 0;
}

/** What was found, a line for each object and each of its fields, and what could not be compared. */
export function driftText(drift: StackDrift): string {
  const { count, drifted, lost, moved, unseen } = drift;
  const objects = drifted.flatMap(({ wanted, findings }) => {
    const name = pc.bold(objectName(wanted.object));
    const [first] = findings;
    return first?.kind === "missing"
      ? [`${name} (${wanted.madeBy}): ${findingText(first)}`]
      : [`${name} (${wanted.madeBy})`, ...findings.map((one) => `  ${findingText(one)}`)];
  });
  const seen =
    drifted.length > 0
      ? `${plural(drifted.length, "object")} of ${count} not as made`
      : `${plural(count - unseen.length, "object")} as made`;
  return [
    ...lost.map((release) => `${pc.bold(`release ${release}`)}: not there, nor is its record`),
    ...moved.map(
      ({ release, found, made }) =>
        `${pc.bold(`release ${release}`)}: revision ${found.revision} (${found.description}), made as ${made}`,
    ),
    ...objects,
    ...unseen.map(({ what, reason }) => `${what}: could not be compared: ${reason}`),
    seen,
  ].join("\n");
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function findingText(finding: Finding): string {
  switch (finding.kind) {
    case "missing":
      return "deleted";
    case "refused":
      return `another object by the same name: ${finding.reason}`;
    case "added":
      return `${showPath(finding.path)}: added ${shown(finding.found, undefined, finding.path)}${author(finding.by)}`;
    case "changed": {
      const { path, wanted, found, by } = finding;
      return `${showPath(path)}: wanted ${shown(wanted, found, path)}, found ${shown(found, wanted, path)}${author(by)}`;
    }
  }
}

function author(by: Author | undefined): string {
  return by === undefined
    ? ""
    : ` (${[by.manager, by.time?.replace("T", " ").replace("Z", " UTC")].filter(Boolean).join(", ")})`;
}

/** A value on one line: of a long one the part in which it differs from another. */
export function shown(value: unknown, other: unknown, path: Path): string {
  if (value === undefined) {
    return "nothing";
  }
  if (isSecretVariable(value, path)) {
    return "(hidden)";
  }
  const text = JSON.stringify(value);
  if (text.length <= LENGTH) {
    return text;
  }
  const beside = JSON.stringify(other) ?? "";
  const same = [...text].findIndex((letter, index) => letter !== beside[index]);
  const from = Math.max(0, Math.min(same - LENGTH / 3, text.length - LENGTH));
  const until = from + LENGTH;
  return `${from > 0 ? "..." : ""}${text.slice(from, until)}${until < text.length ? "..." : ""}`;
}

/** Whether a value is an environment variable's, or has one in it, whose name says that it is a secret. */
function isSecretVariable(value: unknown, path: Path): boolean {
  const names = path.flatMap((step) =>
    typeof step === "object" && "key" in step ? [String(step.key["name"])] : [],
  );
  return (
    (path.includes("env") && names.some((name) => SECRET_NAME.test(name))) ||
    variablesIn(value).some((name) => SECRET_NAME.test(name))
  );
}

/** Names of the environment variables that are set in a value, such as a container. */
function variablesIn(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(variablesIn);
  }
  if (!isMap(value)) {
    return [];
  }
  const { name, value: set } = value;
  const own = typeof name === "string" && typeof set === "string" ? [name] : [];
  return [...own, ...Object.values(value).flatMap(variablesIn)];
}
