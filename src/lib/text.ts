// A text that people read, before its language is chosen: an id of the catalogue and its values.

/** Made by `say()` of `src/text/`; rendered in English or Japanese only at the edge (cli). Plain JSON. */
export interface Text {
  id: string;
  params: Record<string, unknown>;
}

export type Language = "en" | "ja";
