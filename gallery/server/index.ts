export { startGallery, type GalleryOptions } from './app.js';
