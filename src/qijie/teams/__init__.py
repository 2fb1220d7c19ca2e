"""Who serves where. Posts are data: a person × a place × dates; the Viewer is built from them."""
