import fc from "fast-check";

/** Property tests draw the same cases in every run, so that a change alone decides whether they pass; PROPERTY_SEED draws others. */
fc.configureGlobal({ seed: Number(process.env["PROPERTY_SEED"] ?? 20261121) });
