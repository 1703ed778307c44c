import description from "../../package.json" with { type: "json" };

/** The version of the program, as the package has it. */
export const PROGRAM_VERSION: string = description.version;
