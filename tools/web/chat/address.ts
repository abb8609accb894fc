// The room that is open stands in the address, so that the browser's own "back" works.

export const roomInAddress = () => new URLSearchParams(location.hash.slice(1)).get('room');

export const addressOf = (roomId: string) => `#${new URLSearchParams({ room: roomId })}`;
