import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LocalVideoTrack } from 'livekit-client';
import { DevicePreview } from './preview.ts';
import type { Devices } from './preview.ts';

/** Cameras that open when the test says so. */
function makeCameras() {
  const opened: { deviceId: string | undefined; running: boolean; open: () => void }[] = [];
  const devices = {
    audio: () => Promise.reject(new Error('There is no microphone.')),
    video: ({ deviceId }) =>
      new Promise<LocalVideoTrack>((resolve) => {
        const camera = {
          deviceId,
          running: false,
          open() {
            camera.running = true;
            resolve({ stop: () => (camera.running = false) } as unknown as LocalVideoTrack);
          },
        };
        opened.push(camera);
      }),
  } satisfies Devices;
  return { opened, devices };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a camera that opens after the lobby was left is closed at once', async () => {
  const { opened, devices } = makeCameras();
  const preview = new DevicePreview(devices);
  const on = preview.setCamera(true);
  await settled();
  preview.stop();
  opened[0]?.open();
  await on;
  assert.equal(opened[0]?.running, false);
  assert.equal(preview.camera.value, false);
});

test('changing the camera in haste leaves one running', async () => {
  const { opened, devices } = makeCameras();
  const preview = new DevicePreview(devices);
  const first = preview.setCamera(true);
  await settled();
  const second = preview.setCamera(true);
  opened[0]?.open();
  await first;
  await settled();
  opened[1]?.open();
  await second;
  assert.deepEqual(
    opened.map(({ running }) => running),
    [false, true],
  );
});

test('the lobby is ready before the browser has named the devices', async (context) => {
  const mediaDevices = { enumerateDevices: () => new Promise<never>(() => undefined), addEventListener() {} };
  Object.defineProperty(navigator, 'mediaDevices', { value: mediaDevices, configurable: true });
  context.after(() => Reflect.deleteProperty(navigator, 'mediaDevices'));
  const { opened, devices } = makeCameras();
  const preview = new DevicePreview(devices);
  let ready = false;
  void preview.start({ microphone: false, camera: true }).then(() => (ready = true));
  await settled();
  opened[0]?.open();
  await settled();
  assert.ok(ready);
  assert.equal(preview.camera.value, true);
});
