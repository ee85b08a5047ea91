/** Files: components of their own entry, for the pages that have some. */
export type { FileState, FileStatus, InvalidFileCode } from '@lunasec/secure-frame/protocol';
export { SecureDownload } from './elements/SecureDownload.js';
export type { SecureDownloadProps } from './elements/SecureDownload.js';
export { SecureUpload } from './elements/SecureUpload.js';
export type { SecureFiles, SecureUploadEvent, SecureUploadProps } from './elements/SecureUpload.js';
export type { SecureFileProps } from './elements/useFile.js';
