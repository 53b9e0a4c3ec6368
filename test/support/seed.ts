// Random data is the same in every run: a build server's answer depends on the commit alone. SLIPWAY_TEST_SEED asks for other data.
import fc from "fast-check";

export const seed = Number(process.env.SLIPWAY_TEST_SEED ?? 20_261_121);

fc.configureGlobal({ seed });
