// How a page of the catalogue is written: each text in English and Japanese side by side, with typed values.

export type TextPage<P> = { [K in keyof P]: { en: (p: P[K]) => string; ja: (p: P[K]) => string } };

/** One page (room) of the catalogue. Ids are `room.snake_case`. A text without values takes `_: object`. */
export function defineTexts<P extends Record<string, object>>(page: TextPage<P>): TextPage<P> {
  return page;
}
