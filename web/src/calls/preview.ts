import { signal } from '@preact/signals-core';
import {
  createAudioAnalyser,
  createLocalAudioTrack,
  createLocalVideoTrack,
  Room,
  VideoPresets,
} from 'livekit-client';
import type { LocalAudioTrack, LocalVideoTrack } from 'livekit-client';
import { Turns } from '../matrix/turns.ts';
import type { DeviceKind, DeviceTrouble, MediaDevice, Preview, VideoSource } from './door.ts';

/** How the browser's devices are opened; tests pass their own. */
export interface Devices {
  audio(options: { readonly deviceId?: string }): Promise<LocalAudioTrack>;
  video(options: { readonly deviceId?: string }): Promise<LocalVideoTrack>;
}

const browserDevices: Devices = {
  audio: (options) => createLocalAudioTrack(options),
  video: (options) => createLocalVideoTrack({ resolution: VideoPresets.h360.resolution, ...options }),
};

/** The own sound and picture before joining. Nothing leaves the device. */
export class DevicePreview implements Preview {
  readonly microphones = signal<readonly MediaDevice[]>([]);
  readonly cameras = signal<readonly MediaDevice[]>([]);
  readonly speakers = signal<readonly MediaDevice[]>([]);
  readonly chosen = signal<Readonly<Record<DeviceKind, string | undefined>>>({
    microphone: undefined,
    camera: undefined,
    speaker: undefined,
  });
  readonly level = signal(0);
  readonly video = signal<VideoSource | undefined>(undefined);
  readonly microphone = signal(false);
  readonly camera = signal(false);
  readonly trouble = signal<Readonly<Record<'microphone' | 'camera', DeviceTrouble | undefined>>>({
    microphone: undefined,
    camera: undefined,
  });
  private audioTrack: LocalAudioTrack | undefined;
  private videoTrack: LocalVideoTrack | undefined;
  private stopLevel: (() => void) | undefined;
  /** Devices open slowly (somebody is asked first): one after the other, so that no track is lost sight of. */
  private readonly turns = { microphone: new Turns(), camera: new Turns() };
  private readonly devices: Devices;
  private stopped = false;
  private readonly listAgain = () => {
    this.list().catch((thrown: unknown) => {
      console.warn('The devices are not known.', thrown instanceof Error ? thrown.message : thrown);
    });
  };

  constructor(devices: Devices = browserDevices) {
    this.devices = devices;
  }

  async start(options: { readonly microphone: boolean; readonly camera: boolean }): Promise<void> {
    navigator.mediaDevices?.addEventListener('devicechange', this.listAgain);
    if (options.microphone) await this.setMicrophone(true);
    if (options.camera) await this.setCamera(true);
    // Firefox names the devices once the page has the focus: nobody need wait for that.
    this.listAgain();
  }

  async choose(kind: DeviceKind, id: string): Promise<void> {
    this.chosen.value = { ...this.chosen.value, [kind]: id };
    if (kind === 'microphone' && this.microphone.value) await this.setMicrophone(true);
    if (kind === 'camera' && this.camera.value) await this.setCamera(true);
  }

  setMicrophone(on: boolean): Promise<void> {
    return this.turns.microphone.run(() => this.switchMicrophone(on));
  }

  setCamera(on: boolean): Promise<void> {
    return this.turns.camera.run(() => this.switchCamera(on));
  }

  stop(): void {
    this.stopped = true;
    navigator.mediaDevices?.removeEventListener('devicechange', this.listAgain);
    this.stopLevel?.();
    this.audioTrack?.stop();
    this.videoTrack?.stop();
  }

  private async switchMicrophone(on: boolean): Promise<void> {
    this.stopLevel?.();
    this.audioTrack?.stop();
    this.audioTrack = undefined;
    this.level.value = 0;
    this.microphone.value = false;
    if (!on || this.stopped) return;
    try {
      const track = await this.devices.audio(device(this.chosen.value.microphone));
      // The lobby may be gone by the time that the browser's question is answered.
      if (this.stopped) return track.stop();
      this.audioTrack = track;
      this.microphone.value = true;
      this.setTrouble('microphone', undefined);
      this.measure(track);
    } catch (thrown) {
      this.setTrouble('microphone', troubleOf(thrown));
    }
  }

  private async switchCamera(on: boolean): Promise<void> {
    this.videoTrack?.stop();
    this.videoTrack = undefined;
    this.video.value = undefined;
    this.camera.value = false;
    if (!on || this.stopped) return;
    try {
      const track = await this.devices.video(device(this.chosen.value.camera));
      if (this.stopped) return track.stop();
      this.videoTrack = track;
      this.camera.value = true;
      this.video.value = {
        attach(element) {
          track.attach(element);
          return () => void track.detach(element);
        },
      };
      this.setTrouble('camera', undefined);
    } catch (thrown) {
      this.setTrouble('camera', troubleOf(thrown));
    }
  }

  private async list(): Promise<void> {
    const named = async (kind: MediaDeviceKind) =>
      (await Room.getLocalDevices(kind, false))
        .filter((known) => known.deviceId !== '')
        .map((known) => ({ id: known.deviceId, label: known.label }));
    this.microphones.value = await named('audioinput');
    this.cameras.value = await named('videoinput');
    this.speakers.value = 'setSinkId' in HTMLMediaElement.prototype ? await named('audiooutput') : [];
  }

  private measure(track: LocalAudioTrack): void {
    const { calculateVolume, cleanup } = createAudioAnalyser(track, { cloneTrack: true });
    const timer = setInterval(() => {
      this.level.value = Math.round(Math.min(1, calculateVolume()) * 20) / 20;
    }, 100);
    this.stopLevel = () => {
      clearInterval(timer);
      cleanup().catch((thrown: unknown) => {
        console.warn('A meter stays open.', thrown instanceof Error ? thrown.message : thrown);
      });
      this.stopLevel = undefined;
    };
  }

  private setTrouble(kind: 'microphone' | 'camera', trouble: DeviceTrouble | undefined): void {
    this.trouble.value = { ...this.trouble.value, [kind]: trouble };
  }
}

function device(id: string | undefined): { deviceId?: string } {
  return id === undefined ? {} : { deviceId: id };
}

function troubleOf(thrown: unknown): DeviceTrouble {
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
}
