"""The portal: pages on which officials, firms and the public see what is theirs and act, served beside the service."""
