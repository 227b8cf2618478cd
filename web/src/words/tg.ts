import type { Catalogue } from './catalogue.ts';
import { account } from './tg/account.ts';
import { app } from './tg/app.ts';
import { chats } from './tg/chats.ts';
import { encryption } from './tg/encryption.ts';
import { meetings } from './tg/meetings.ts';
import { room } from './tg/room.ts';

export const tg: Catalogue = { ...app, ...account, ...chats, ...room, ...encryption, ...meetings };
