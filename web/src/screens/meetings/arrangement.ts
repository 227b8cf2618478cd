/** What stands beside the pictures. */
export type Side = 'people' | 'chat' | undefined;

/** Everyone alike, or one large. */
export type View = 'grid' | 'focus';
