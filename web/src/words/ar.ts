import type { Catalogue } from './catalogue.ts';
import { account } from './ar/account.ts';
import { app } from './ar/app.ts';
import { chats } from './ar/chats.ts';
import { encryption } from './ar/encryption.ts';
import { meetings } from './ar/meetings.ts';
import { room } from './ar/room.ts';

/** العربية: فصحى بلا مخاطبة بجنس؛ أسماء أفعال على الأزرار وحال محايدة في الوصف. */
export const ar: Catalogue = { ...app, ...account, ...chats, ...room, ...encryption, ...meetings };
