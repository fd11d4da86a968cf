"""What trainers read: folders of pictures and captions."""
