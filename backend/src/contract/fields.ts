import * as z from "zod";

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
