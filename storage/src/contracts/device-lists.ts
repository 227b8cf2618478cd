export interface DeviceListReader {
  /** Users whose devices or cross-signing keys changed in `after < position <= upTo`. */
  deviceListChanges(after: number, upTo: number): Promise<string[]>;
}
