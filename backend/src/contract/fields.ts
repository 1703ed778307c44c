import * as z from "zod";
import { isDeeper, MAX_LEVELS } from "../base/bounded.js";

/** A value as the schema of its JSON describes it, none of which is changed once it is made. */
export type Wire<Schema extends z.ZodType> = Immutable<z.infer<Schema>>;

/** Arrays and objects read-only at every depth; what is not known stays so. */
type Immutable<T> = unknown extends T ? T : { readonly [K in keyof T]: Immutable<T[K]> };

export const text = z.string();
export const texts = z.array(text);
export const share = z.number().min(0).max(1);
export const milliseconds = z.int().min(0);
/** Free-form facts. */
export const anything = z.record(z.string(), z.unknown());
/** UTC with microseconds and without a zone, or with Z where the source named a zone. */
export const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z?$/);

/** How long a text is, in characters as JSON Schema counts them. */
export const charactersOf = (value: string): number => [...value].length;

/** A text of a request, of at most so many characters. */
export const boundedText = (most: number) =>
  z
    .string()
    .superRefine((value, context) => {
      if (charactersOf(value) > most) {
        context.addIssue({ code: "too_big", origin: "string", maximum: most, input: value });
      }
    })
    .meta({ maxLength: most });

/** Free-form facts of a request: of at most so many characters as JSON, and not nested too deep. */
export const boundedFacts = (most: number) =>
  anything
    .superRefine((value, context) => {
      if (isDeeper(value, MAX_LEVELS)) {
        context.addIssue(`Dictionary should be nested at most ${MAX_LEVELS} levels deep`);
      } else if (JSON.stringify(value).length > most) {
        context.addIssue({ code: "too_big", origin: "record", maximum: most, input: value });
      }
    })
    .describe(`At most ${most} characters as JSON, and ${MAX_LEVELS} levels deep`);
