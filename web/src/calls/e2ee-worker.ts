// LiveKit's worker, which encrypts and decrypts each frame.
import 'livekit-client/e2ee-worker';
