import { linkSharingOf } from '../calls/link-sharing.ts';
import { browserSurroundings, createMatrixClient } from '../matrix/client.ts';
import type { MatrixClient } from '../matrix/door.ts';

/** The engine of this tab. Models are made from parts of it; screens take their data from models. */
export const client: MatrixClient = createMatrixClient(browserSurroundings());

// Members tell one another the secrets of guest links at any time, also while no meeting was ever opened here.
linkSharingOf(client);
